"""No action of a type, or for a surface, that its tenant's own policy does not enable.

Compared is only what is known: a policy that was read in an answer. One that may have been another, as a
change was under way, is broken only where each of them is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import Call, strings
from harness.history.standing import in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.history.history import History
    from harness.history.party import Party

Enabled = list[list[str]]


def looks(history: History) -> Looked:
    """Count the decisions with actions while it was known what their tenant enables."""
    proposed = [(party, call) for party in history.parties for call in party.calls if call.actions]
    return {"wire": sum(any(_enabled(party, call)) for party, call in proposed)}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every type and surface that was not enabled when it was proposed."""
    for party in history.parties:
        for call in party.calls:
            if call.actions:
                yield from _not_enabled(party, call)


def _not_enabled(party: Party, call: Call) -> Iterator[Breach]:
    types, surfaces = _enabled(party, call)
    for action in call.actions:
        kind = action.get("type")
        if types and all(kind not in one for one in types):
            detail = f"tenant {party.tenant} has not enabled {kind}"
            yield Breach("a type that the tenant does not enable", detail, call)
        for surface in strings(action.get("surfaces")) or ():
            if surfaces and all(surface not in one for one in surfaces):
                detail = f"tenant {party.tenant} has not enabled {surface}"
                yield Breach("a surface that the tenant does not enable", detail, call)


def _enabled(party: Party, call: Call) -> tuple[Enabled, Enabled]:
    """Return the types and the surfaces that may have been enabled: none where that is not known."""
    standings = in_force(party, call)
    types = [standing.types for standing in standings]
    surfaces = [standing.surfaces for standing in standings]
    return _known(types), _known(surfaces)


def _known(lists: list[list[str] | None]) -> Enabled:
    known = [one for one in lists if one is not None]
    return known if len(known) == len(lists) else []


CHECK = Check(
    name="disabled",
    title="No action was proposed that its tenant did not enable at that moment.",
    requirements=("FR-11", "FM-MMM-01"),
    looks=looks,
    breaches=breaches,
    counts=True,
)
