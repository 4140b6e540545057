"""Trespassing: what somebody else may do, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.model.commands import (
    Approve,
    ChangePlaybook,
    Command,
    CreatePlaybook,
    Decide,
    DeprecatePlaybook,
    ListPlaybooks,
    PublishPlaybook,
    ReadApproval,
    ReadMetrics,
    ReadPolicy,
    ReadPreferences,
    ReportOutcome,
    SetPolicy,
    SetPreferences,
    Snooze,
)
from scenarios.model.people import ACTORS
from scenarios.model.picking import book_of, place_of
from scenarios.model.state import TYPES, Recipe, Template

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.model.state import State


def trespasses(state: State, pick: int, worded: Callable[[Recipe], Recipe]) -> list[Command]:
    """Return what may be tried now; `worded` gives a playbook a name of its own."""
    me, other = ACTORS[pick], ACTORS[(pick + 1) % len(ACTORS)]
    commands: list[Command] = [
        Decide("reader"),
        Decide(me, abroad=True),
        CreatePlaybook(me, worded(Recipe("", (Template(""),)))),
        SetPolicy(me, types=frozenset()),
        SetPolicy("stranger", types=frozenset()),
        ReadPolicy("approver"),
        ReadMetrics(me),
        ReadMetrics("stranger"),
        SetPreferences(me, other, opt_out=frozenset(TYPES)),
        Snooze("approver", me),
        ReadPreferences(me, other),
        ListPlaybooks("stranger"),
    ]
    if state.books:
        book = book_of(state, pick)
        commands += [PublishPlaybook(me, book), DeprecatePlaybook(me, book)]
        renamed = worded(state.books[book].current)
        commands += [ChangePlaybook(by, book, renamed, ("name",)) for by in (me, "stranger")]
        commands += [PublishPlaybook("stranger", book), DeprecatePlaybook("stranger", book)]
    if state.decisions:
        place = place_of(state, pick, dual=True)
        commands += [Approve("stranger", place), ReadApproval("stranger", place)]
        commands += [ReportOutcome("stranger", place)]
    return commands
