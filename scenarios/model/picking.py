"""Picking: which playbook, actor or action a number means, of what there is now.

Rule: pure; newest first, so that what can be picked never depends on what an engine was free to choose.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scenarios.model.people import ACTORS

if TYPE_CHECKING:
    from scenarios.model.commands import Place
    from scenarios.model.state import State


def book_of(state: State, pick: int) -> int:
    """Pick a playbook."""
    return len(state.books) - 1 - pick % len(state.books)


def next_actor(state: State) -> str:
    """Return who has had the least so far, of those who are awake."""
    had = Counter(decision.actor for decision, _ in state.shown())
    awake = [actor for actor in ACTORS if not state.wishes(actor).snoozed] or ACTORS
    return min(awake, key=lambda actor: had[actor])


def place_of(state: State, pick: int, *, dual: bool) -> Place | None:
    """Pick an action, where `dual` one that needs two approvals if there is any; None: there is none."""
    every = [
        (number, index)
        for number, decision in enumerate(state.decisions)
        for index, _ in enumerate(decision.nudges)
    ]
    needing = [place for place in every if _nudge_needs_two(state, place)]
    places = needing if dual and needing else every
    return places[-1 - pick % len(places)] if places else None


def _nudge_needs_two(state: State, place: Place) -> bool:
    return state.decisions[place[0]].nudges[place[1]].approval is not None
