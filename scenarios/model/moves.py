"""Moves: how often each deed is drawn, when, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from scenarios.model.deeds import Deeds
from scenarios.model.drawing import (
    ADMIN,
    APPROVAL,
    BY,
    CHANGE,
    EVENT,
    HOURS,
    OUTCOME,
    PICK,
    QUOTAS,
    REPO,
    RULES,
    SHAPE,
    SIGNAL,
    STATUS,
    WHOM,
    WISH,
    most_of,
)
from scenarios.model.state import SURFACES, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_BOOKS = 8


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be done next: how often, when, and with what. `does`: one of `Deeds`."""

    does: Callable[..., None]
    weight: int = 1
    when: Callable[[Deeds], bool] = lambda _: True
    draws: Mapping[str, st.SearchStrategy[Any]] = field(default_factory=dict)


def _live(deeds: Deeds) -> bool:
    """Tell whether there is a playbook that fires."""
    return any(book.published and not book.deprecated for book in deeds.state.books)


def _two_live(deeds: Deeds) -> bool:
    return sum(bool(book.published and not book.deprecated) for book in deeds.state.books) > 1


def _open(deeds: Deeds) -> bool:
    return any(not book.deprecated for book in deeds.state.books)


def _room(deeds: Deeds) -> bool:
    return len(deeds.state.books) < MOST_BOOKS


def _decided(deeds: Deeds) -> bool:
    return bool(deeds.state.decisions)


MOVES = (
    Move(Deeds.a_playbook_is_written_and_published, 3, _room, {"shape": SHAPE}),
    Move(Deeds.an_offer_is_made, 3, _room, {"priority": st.sampled_from((90, 10)), "who": WHOM}),
    Move(Deeds.a_draft_is_written, 1, _room, {"shape": SHAPE, "by": ADMIN}),
    Move(Deeds.a_playbook_is_changed, 2, _open, CHANGE),
    Move(Deeds.a_playbook_is_published, 1, _open, {"pick": PICK, "by": ADMIN}),
    Move(Deeds.a_playbook_is_deprecated, 1, _two_live, {"pick": PICK}),
    Move(Deeds.playbooks_are_listed, 1, _open, {"status": STATUS}),
    Move(Deeds.somebody_new_decides, 5, _live, SIGNAL),
    Move(Deeds.somebody_decides, 5, _live, {"pick": PICK, **SIGNAL, "twice": st.booleans()}),
    Move(Deeds.a_trigger_is_evaluated, 1, _live, {"event": EVENT, "repo": REPO}),
    Move(Deeds.categories_are_refused, 2, _live, {**WISH, "types": most_of(TYPES), "by": BY}),
    Move(Deeds.surfaces_are_preferred, 2, _live, {**WISH, "surfaces": most_of(SURFACES)}),
    Move(Deeds.preferences_are_read, 1, draws={"pick": PICK, "by": st.sampled_from(("", "tenant_admin"))}),
    Move(Deeds.an_actor_snoozes_and_decides, 2, _decided, {"pick": PICK, "hours": HOURS}),
    Move(Deeds.the_policy_changes, 3, _live, RULES),
    Move(Deeds.quotas_are_set, 3, draws={"quotas": st.sampled_from(QUOTAS), "by": ADMIN}),
    Move(Deeds.the_policy_is_read, 1, draws={"by": ADMIN}),
    Move(Deeds.an_outcome_is_reported, 3, _decided, OUTCOME),
    Move(Deeds.approvals_are_given, 4, _decided, APPROVAL),
    Move(Deeds.an_approval_is_read, 1, _decided, {"pick": PICK}),
    Move(Deeds.metrics_are_read, 1, _decided, {"by": ADMIN}),
    Move(Deeds.somebody_tries_who_may_not, 3, _live, {"pick": PICK, "how": st.integers(0, 20)}),
)
