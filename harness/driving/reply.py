"""An engine's answer. Reading any part of it is looking at it, and is noted.

Rule: a step that only prepares a scenario reads `raw`, which notes nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from harness.driving.answers import Items, Object, parsed
from harness.driving.failures import MalformedAnswerError
from harness.driving.recorder import WIRE

if TYPE_CHECKING:
    from harness.driving.recorder import Recorder


OK = 200


class RawReply(msgspec.Struct, frozen=True):
    """What came over the wire, whole. `operation` is "METHOD /path/template"."""

    operation: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float
    exchange: str

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the body as JSON."""
        return parsed(self.body, f"the answer to {self.operation}")

    def __str__(self) -> str:
        return f"{self.operation} answered {self.status}: {self.body[:300].decode('utf-8', 'replace')}"


class Decision(Object):
    """A decision, as decide answers it."""

    @property
    def id(self) -> str:
        """Return the decision's id."""
        return self.string("decision_id")

    @property
    def actions(self) -> Items:
        """Return what the engine proposes."""
        return self.objects("actions")

    @property
    def titles(self) -> list[str]:
        """Return the titles of the proposed actions, in order."""
        return [Object(payload, "payload").string("title") for payload in self.actions.pluck("payload")]

    @property
    def types(self) -> list[str]:
        """Return the types of the proposed actions, in order."""
        return self.actions.pluck("type")

    @property
    def playbooks(self) -> list[str]:
        """Return the ids of the playbooks that fired, in order."""
        return self.actions.pluck("playbook_id")


class Reply:
    """An answer whose reading is noted."""

    def __init__(self, raw: RawReply, recorder: Recorder) -> None:
        self.raw = raw
        self._recorder = recorder

    def __repr__(self) -> str:
        return f"<{self.raw.operation}: {self.raw.status} {self.raw.body[:120].decode('utf-8', 'replace')}>"

    @property
    def status(self) -> int:
        """Return the status code."""
        self._look()
        return self.raw.status

    @property
    def seconds(self) -> float:
        """Return how long the engine took."""
        self._look()
        return self.raw.seconds

    @property
    def text(self) -> str:
        """Return the body as text: to look for what must not be in it."""
        self._look()
        return self.raw.body.decode("utf-8", "replace")

    @property
    def all_text(self) -> str:
        """Return headers and body as text."""
        return "\n".join(f"{name}: {value}" for name, value in self.raw.headers) + "\n\n" + self.text

    def header(self, name: str) -> str:
        """Return a header ("" where it is missing)."""
        self._look()
        found = [value for key, value in self.raw.headers if key.lower() == name.lower()]
        return ", ".join(found)

    @cached_property
    def _json(self) -> Any:  # noqa: ANN401 - any JSON value
        self._look()
        return self.raw.json()

    @property
    def object(self) -> Object:
        """Return the body, which must be an object."""
        return Object(self._json, f"the answer to {self.raw.operation}")

    @property
    def objects(self) -> Items:
        """Return the body, which must be an array of objects."""
        return Items(self._json, f"the answer to {self.raw.operation}")

    @property
    def decision(self) -> Decision:
        """Return the decision of a 200; anything else has none."""
        if self.status != OK:
            raise MalformedAnswerError(f"no decision where one must be: {self.raw}")
        return Decision(self.object["decision"], "decision")

    @property
    def error(self) -> Object:
        """Return the error of a refusal."""
        return self.object.object("error")

    @property
    def error_code(self) -> str:
        """Return the code of a refusal."""
        return self.error.string("code")

    def claim(self) -> None:
        """Note that something was claimed of this answer."""
        self._recorder.claim()

    def _look(self) -> None:
        self._recorder.look(WIRE, self.raw.exchange)
