"""What a tenant's policy can have been while something was asked: pure, and never surer than the record.

A change is in force once it was answered; one that was on its way at that moment, or was never answered, may
have been in force or not. Where an answer does not tell what holds, nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.history.calls import POLICY, member, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.history.calls import Call
    from harness.history.party import Party

PER_HOUR, PER_DAY = "max_actions_per_hour", "max_actions_per_day"
DEFAULTS = {PER_HOUR: 3, PER_DAY: 10}


@dataclass(frozen=True, slots=True)
class Standing:
    """A tenant's policy. None: not known, so that nothing can be claimed of it."""

    quotas: dict[str, int] | None
    types: list[str] | None
    surfaces: list[str] | None


AT_FIRST = Standing(DEFAULTS, None, None)
UNKNOWN = Standing(None, None, None)


def in_force(party: Party, call: Call) -> list[Standing]:
    """Return every policy that may have been in force while a call was on its way."""
    if party.doubts((POLICY,)):
        return [UNKNOWN]
    changes = [change for change in party.of((POLICY,)) if change.done]
    before = [change for change in changes if change.ended < call.begun]
    meanwhile = [change for change in changes if change.overlaps(call)]
    at_first = AT_FIRST if party.fresh else UNKNOWN
    return [*(_last(before) if before else [at_first]), *map(_told, meanwhile)]


def _last(changes: list[Call]) -> Iterator[Standing]:
    """Yield what may hold after these changes: the last of them, and any that ran beside it."""
    latest = max(changes, key=lambda change: change.begun)
    yield from (_told(change) for change in changes if change is latest or change.overlaps(latest))


def _told(change: Call) -> Standing:
    """Read a policy from the answer to its change."""
    quotas = {name: member(change.said, "quotas", name) for name in DEFAULTS}
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in quotas.values())
    return Standing(
        quotas if whole else None,
        strings(member(change.said, "enabled_action_types")),
        strings(member(change.said, "enabled_surfaces")),
    )
