"""What went against a strict fake, each thing in one line for a person.

Rule: pure functions of what the control API answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from fakes.records import Match
from fakes.shape.matching import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.records import Entry, Miss, Nearest, ScriptState, Verified

_WORDS = {"exactly": "exactly", "at_least": "at least", "at_most": "at most"}


def tell_unused(name: str, state: ScriptState) -> str:
    """Tell of a script that nobody used."""
    what = f"{state.does} for {_request(state.operation, state.match)}"
    return f"fake {name}: nobody used the script {what} (armed {state.armed_at})"


def tell_unreached(name: str, state: ScriptState) -> str:
    """Tell of a sequence that went on for longer than anybody asked."""
    ahead = ", ".join(state.unreached)
    what = f"{ahead} of the script {state.does} for {_request(state.operation, state.match)}"
    return f"fake {name}: nobody came to {what} (armed {state.armed_at})"


def tell_violation(name: str, entry: Entry) -> str:
    """Tell of a request that was outside the contract."""
    breaches = "; ".join(f"{breach.pointer or breach.rule}: {breach.message}" for breach in entry.violations)
    return f"fake {name}: request {entry.seq}, {_asked(entry)}, was outside the contract: {breaches}"


def tell_unsatisfied(
    name: str,
    operation: str | None,
    match: Match | Mapping[str, Any] | None,
    bounds: Mapping[str, int | None],
    verified: Verified,
) -> str:
    """Tell of a request that did not come as often as it must, and of the one that came nearest."""
    wanted = " and ".join(f"{_WORDS[kind]} {number}" for kind, number in bounds.items() if number is not None)
    asked = redacted(msgspec.convert(match or {}, Match))
    came = f"{_request(operation, asked)} came {_times(verified.count)}, not {wanted or 'at least 1'}"
    nearest = "" if verified.nearest is None else f"; nearest is {_nearest(verified.nearest)}"
    return f"fake {name}: {came}{nearest}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _request(operation: str | None, match: Match) -> str:
    asked = msgspec.to_builtins(match)
    given = f" with {_json(asked)}" if asked else ""
    return f"{operation or 'any request'}{given}"


def _nearest(nearest: Nearest) -> str:
    misses = ", ".join(_miss(miss) for miss in nearest.misses)
    return f"request {nearest.entry.seq}, {_asked(nearest.entry)}, which misses {misses}"


def _miss(miss: Miss) -> str:
    actual = "nothing" if miss.actual is msgspec.UNSET else _json(miss.actual)
    return f"{miss.matcher} (expected {_json(miss.expected)}, was {actual})"


def _asked(entry: Entry) -> str:
    return f"{entry.method} {entry.path}" + (f"?{entry.query}" if entry.query else "")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
