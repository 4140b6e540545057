"""One exchange as the journal keeps it: as raw as it was.

Rule: plain data, and all of it msgspec can write and read again.
"""

from __future__ import annotations

import msgspec

from contracts.violations import Violation
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.shape.identity import Identity, Key


class Line(msgspec.Struct, array_like=True, eq=False, gc=False):
    """A request and what became of it: all from `answer` on comes later than the rest."""

    seq: int
    at: float
    operation: str | None
    identity: Identity
    request: Request
    answer: Answer | None = None
    fault: str | None = None
    script_id: str | None = None
    violations: list[Violation] = []
    armed_at: str | None = None
    fired_at: str | None = None

    @property
    def weight(self) -> int:
        """Return about how many bytes it has: those of the bodies."""
        return len(self.request.body) + (len(self.answer.body) if self.answer else 0)

    def has(self, keys: frozenset[Key]) -> bool:
        """Say whether the request is known by all these keys."""
        return not keys or keys.issubset(self.identity.as_keys())
