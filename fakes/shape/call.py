"""One request to a fake, routed and read; what handlers are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from fakes.http.answer import Answer
from fakes.http.request import Request

if TYPE_CHECKING:
    from contracts.violations import Violation
    from fakes.shape.errors import ErrorShape
    from fakes.shape.identity import Identity, Key


class Call(msgspec.Struct, frozen=True, gc=False):
    """A request with its operation, its path and query parameters and its body as JSON.

    A body is None where there is none, and where it is not JSON: then `malformed` is true.
    """

    operation: str | None
    request: Request
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    request_id: str
    at: float
    malformed: bool = False

    def member(self, name: str) -> str | None:
        """Return a member of the body that is text; None where it is not, or there is none."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        return value if isinstance(value, str) else None


Handler = Callable[[Call], Answer]


class Behaviour(Protocol):
    """What makes one fake this fake: its document, its errors, its handlers, its state."""

    name: str
    errors: ErrorShape

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation; requests inside the contract reach them, and no others."""

    def identify(self, call: Call) -> Identity:
        """Say whose call it is; the call may be outside the contract."""

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget what was received from this scope (from everybody, where it is empty)."""


class Controllable(Protocol):
    """A fake with control routes of its own."""

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers by "METHOD /template", below /__fake__."""


class Witness(Protocol):
    """A fake that keeps what it refuses."""

    def refused(self, call: Call, reason: str) -> None:
        """Take note of a call that was outside the contract."""


class Unpacker(Protocol):
    """A fake that takes compressed bodies."""

    def unpack(self, request: Request) -> Request:
        """Return the request with its body unpacked; as it is, where it cannot be."""


class Inspector(Protocol):
    """A fake whose contract says more than a schema can."""

    def outside(self, call: Call) -> list[Violation]:
        """Return what puts a call outside the contract though it keeps the schemas."""

    def broken_parts(self, call: Call) -> list[Violation]:
        """Return what is wrong with parts of a call that is served all the same: each is judged alone."""
