"""Requests and answers as the record keeps them: redacted, cut to size, and as a curl line to repeat.

Rule: pure; no token leaves this module, neither in an Exchange nor in a curl line.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.driving.people import stand_in
from reports.record import Exchange, Message, Persona
from reports.redaction import redact, redact_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 4096
# Added by the client library to every request, and by curl as it needs them.
_CLIENTS_OWN = frozenset({"accept", "accept-encoding", "connection", "content-length", "user-agent", "host"})
_CREDENTIALS = "authorization"
_VARIABLE = re.compile(r"\$TOKEN_[A-Z0-9_]+")
_PLAIN = re.compile(r"[A-Za-z0-9 $_:-]*")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it was sent, and its answer or why there was none."""

    at: float
    method: str
    url: str
    headers: Headers
    body: bytes
    status: int | None = None
    answer_headers: Headers = ()
    answer: bytes = b""
    error: str | None = None
    seconds: float = 0.0

    @property
    def size(self) -> int:
        """Return how much there is to read in the request."""
        return len(self.url) + len(self.body)


class Personas:
    """Who a token belongs to, and what is written in its place."""

    def __init__(self, tokens: Mapping[str, Persona]) -> None:
        self._tokens = dict(tokens)
        self._hidden: Mapping[str, str] = {}

    def hide(self, secret: str, stand_in: str) -> None:
        """Write a stand-in for a secret from now on."""
        self._hidden = {**self._hidden, secret: stand_in}  # anew: another thread may be reading it

    def of(self, headers: Headers) -> Persona | None:
        """Return whose token a request carries, if it is one of ours."""
        values = (value for name, value in headers if name.lower() == _CREDENTIALS)
        return next((self._tokens.get(value.partition(" ")[2]) for value in values), None)

    def clean(self, text: str) -> str:
        """Return the text without any token or hidden secret: ours have a stand-in each."""
        for token, persona in self._tokens.items():
            text = text.replace(token, stand_in(persona))
        for secret, shown in self._hidden.items():
            text = text.replace(secret, shown)
        return redact(text)

    def headers(self, headers: Headers) -> Headers:
        """Return the headers without any credentials but stand-ins."""
        return tuple(
            (name, cleaned) if (cleaned := self.clean(value)) != value else redact_headers([(name, value)])[0]
            for name, value in headers
        )


def exchange(
    call: Call, identity: str, scenario: str, personas: Personas, *, whole: bool = False
) -> Exchange:
    """Return the record of a call. A `whole` one keeps its request's body at any length, to be sent again."""
    return Exchange(
        id=identity,
        at=datetime.fromtimestamp(call.at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        side="engine",
        method=call.method,
        url=personas.clean(call.url),
        request=_message(call.headers, call.body, personas, None if whole else LONGEST),
        status=call.status,
        response=None if call.status is None else _shown(call.answer_headers, call.answer, personas),
        error=call.error,
        seconds=round(call.seconds, 6),
        scenario=scenario,
        persona=personas.of(call.headers),
    )


def _message(headers: Headers, body: bytes, personas: Personas, longest: int | None) -> Message:
    """Return a request's: what is no UTF-8 is kept to be sent again byte for byte, but for what is secret."""
    text, encoding = _text(_cleaned(body, personas))
    return Message(personas.headers(headers), _cut(text, body, longest), encoding)


def _shown(headers: Headers, body: bytes, personas: Personas) -> Message:
    """Return an answer's, which nobody sends: bytes that are no UTF-8 are escaped."""
    text = personas.clean(body.decode("utf-8", "backslashreplace"))
    return Message(personas.headers(headers), _cut(text, body, LONGEST))


def _cut(text: str, body: bytes, longest: int | None) -> str:
    if longest is None or len(text) <= longest:
        return text
    digest = hashlib.sha256(body).hexdigest()
    return f"{text[:longest]}\n[cut: {len(body)} bytes in all, SHA-256 {digest}]"


def _cleaned(body: bytes, personas: Personas) -> bytes:
    """Return the bytes without anything secret, before an encoding could hide it."""
    return personas.clean(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _text(body: bytes) -> tuple[str, str]:
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def curl(call: Call, personas: Personas) -> str:
    """Return a line for a POSIX shell that sends the request again: $ENGINE is the engine's origin.

    Unlike the line of a well-formed exchange it keeps paths and bytes that no client would send by itself.
    """
    words = ["curl", "-sS", "-i", "-g", "--path-as-is", "-X", call.method]
    for name, value in personas.headers(call.headers):
        if name.lower() not in _CLIENTS_OWN:
            words += ["-H", _header(name, value)]
    feed = ""
    if call.body:
        feed, source = _data(_cleaned(call.body, personas))
        words += ["--data-binary", source]
    url = urlsplit(personas.clean(call.url))
    target = url.path + (f"?{url.query}" if url.query else "")
    return f'{feed}{" ".join(words)} "$ENGINE"{shlex.quote(target)}'


def _header(name: str, value: str) -> str:
    # curl leaves a header out whose value is empty, unless it ends in a semicolon.
    text = f"{name}: {value}" if value else f"{name};"
    variable = _VARIABLE.search(text)
    return f'"{text}"' if variable and _PLAIN.fullmatch(text) else shlex.quote(text)


def _data(body: bytes) -> tuple[str, str]:
    """Return what feeds curl, and how curl takes it: a body that is no text goes through printf."""
    text, encoding = _text(body)
    if encoding == "utf-8" and "\x00" not in text and not text.startswith("@"):
        return "", shlex.quote(text)
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"printf '{octal}' | ", "@-"
