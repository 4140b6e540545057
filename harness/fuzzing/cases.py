"""What a run sent, one line a request, in order: two runs with one seed have the same list, byte for byte.

Rule: what only the engine can have made (an id, a time) is replaced by its number in the order of use; all
else is as it was sent, a long body by its digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from harness.fuzzing.wire import Call, Personas

MADE = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})"
)
LONGEST = 200
# Of the connection and of the client library, not of the case.
OF_CONNECTION = frozenset({"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"})


class CaseList:
    """Takes each request with its answer, in the order in which they were sent."""

    def __init__(self, personas: Personas) -> None:
        self._personas = personas
        self._sent: set[str] = set()
        self._made: dict[str, str] = {}
        self._lines: list[str] = []
        self._numbered = 0

    def add(self, call: Call) -> None:
        """Note a case and its answer."""
        url = urlsplit(call.url)
        path = url.path + (f"?{url.query}" if url.query else "")
        headers = [
            f"{name.lower()}: {value}"
            for name, value in self._personas.headers(call.headers)
            if name.lower() not in OF_CONNECTION
        ]
        said = (call.method, self._own(path), *map(self._own, sorted(headers)), self._body(call.body))
        self._lines.append(json.dumps(said))
        self.learn(call)

    def learn(self, call: Call) -> None:
        """Note what an answer brings that no request has had; so also of a given, which is no case."""
        for value in MADE.findall(call.answer.decode("utf-8", "replace")):
            if value not in self._sent:
                self._made.setdefault(value, "")

    @property
    def text(self) -> str:
        """Return the list."""
        return "".join(f"{line}\n" for line in self._lines)

    @property
    def digest(self) -> str:
        """Return what two runs with the same cases have in common, and no others."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def write(self, path: Path) -> None:
        """Write the list to a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")

    def _body(self, body: bytes) -> str:
        text = self._own(self._personas.clean(body.decode("utf-8", "backslashreplace")))
        if len(text) <= LONGEST:
            return text
        return f"{text[:LONGEST]} [{len(body)} bytes, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}]"

    def _own(self, text: str) -> str:
        """Return the text as it is on every engine."""
        return MADE.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        value = found[0]
        if value not in self._made:
            self._sent.add(value)
            return value
        if not self._made[value]:
            self._numbered += 1
            self._made[value] = f"<made {self._numbered}>"
        return self._made[value]
