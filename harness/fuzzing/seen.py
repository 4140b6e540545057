"""What one case was and what was seen of its answer, and what that is worth as evidence.

Rule: pure; nothing here knows schemathesis. A check that ran is not yet a check that showed something:
an engine that answers 401 to everything breaks no contract, and keeps none either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UNVOUCHED = frozenset({401, 403})
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One case and its answer."""

    status: int
    negative: bool = False
    has_input: bool = True
    path_negated: bool = False
    unknown_method: bool = False
    missing_header: bool = False
    documented_headers: bool = True
    after_creation: bool = False
    unvouched_probes: int = 0
    peer_probes: int = 0

    @property
    def success(self) -> bool:
        """Return whether the engine did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of success, as HTTP numbers it

    @property
    def considered(self) -> bool:
        """Return whether the operation itself looked at the input: not turned away at the door."""
        return self.status not in UNVOUCHED and self.status not in {404, UNAVAILABLE}


EXERCISED = ""
Weight = str | None


def weigh(check: str, seen: Seen) -> Weight:
    """Say what a passed check is worth: EXERCISED, why it shows nothing, or None (not about this case)."""
    return _WEIGHTS[check](seen)


def _conformance(seen: Seen) -> Weight:
    return EXERCISED if seen.success else f"{seen.status}, never a success"


def _headers(seen: Seen) -> Weight:
    return _conformance(seen) if seen.documented_headers else None


def _server_error(seen: Seen) -> Weight:
    if not seen.has_input:
        return None
    return EXERCISED if seen.considered else f"{seen.status}, before any input was looked at"


def _positive(seen: Seen) -> Weight:
    if seen.negative or seen.unknown_method:
        return None
    return EXERCISED if seen.success else f"{seen.status}, never a success"


def _negative(seen: Seen) -> Weight:
    if not seen.negative or seen.unknown_method:
        return None
    refused = seen.considered or (seen.path_negated and seen.status == 404)  # noqa: PLR2004 - not found
    return EXERCISED if refused else f"{seen.status}, before any input was looked at"


def _missing_header(seen: Seen) -> Weight:
    return EXERCISED if seen.missing_header else None


def _unknown_method(seen: Seen) -> Weight:
    if not seen.unknown_method:
        return None
    return EXERCISED if seen.status == 405 else f"{seen.status}, before the method was looked at"  # noqa: PLR2004


def _availability(seen: Seen) -> Weight:
    return EXERCISED if seen.after_creation else None


def _ignored_auth(seen: Seen) -> Weight:
    if seen.unvouched_probes:
        return EXERCISED
    return None if seen.success else f"{seen.status} even with a sound token"


def _object_level(seen: Seen) -> Weight:
    return EXERCISED if seen.peer_probes else None


_WEIGHTS: dict[str, Callable[[Seen], Weight]] = {
    "not_a_server_error": _server_error,
    "status_code_conformance": _conformance,
    "content_type_conformance": _conformance,
    "response_schema_conformance": _conformance,
    "response_headers_conformance": _headers,
    "positive_data_acceptance": _positive,
    "negative_data_rejection": _negative,
    "missing_required_header": _missing_header,
    "unsupported_method": _unknown_method,
    "ensure_resource_availability": _availability,
    "ignored_auth": _ignored_auth,
    "object_level_authorization": _object_level,
}
