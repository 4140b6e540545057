"""5.3.7 and 5.3.10: gates take away, and nothing that takes away ever adds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from engine.pipeline.gates import passed
from engine.values.playbook import Limits, QuietHours
from engine.values.surroundings import PolicyVerdict, Snapshot, Standards
from tests.engine import samples

if TYPE_CHECKING:
    from engine.values.action import Action
    from engine.values.words import ActionType


@given(samples.actions, samples.verdicts, samples.standards, samples.quiet_hours, samples.hours)
def test_what_passes_was_there_in_the_same_order(
    actions: tuple[Action, ...], policy: PolicyVerdict, standards: Standards, quiet: QuietHours, hour: int
) -> None:
    around = samples.surroundings(policy=policy, standards=standards, quiet_hours=quiet)

    left = passed(actions, around, hour).actions

    assert left == tuple(action for action in actions if action in left)


@given(samples.actions, samples.verdicts, samples.standards, samples.hours, samples.types)
def test_a_restriction_more_never_adds_an_action(
    actions: tuple[Action, ...], policy: PolicyVerdict, standards: Standards, hour: int, more: ActionType
) -> None:
    before = samples.surroundings(policy=policy, standards=standards)
    stricter = replace(standards, restrictions=standards.restrictions | {more})

    after = passed(actions, replace(before, standards=stricter), hour).actions

    assert set(after) <= set(passed(actions, before, hour).actions)
    assert all(action.type != more for action in after)


@given(samples.actions, samples.snapshots, samples.types)
def test_no_type_that_policy_restricts_is_left(
    actions: tuple[Action, ...], snapshot: Snapshot, more: ActionType
) -> None:
    restricted = replace(snapshot, restrictions=snapshot.restrictions | {more})

    left = passed(actions, samples.surroundings(policy=PolicyVerdict(restricted)), 12).actions

    assert {action.type for action in left}.isdisjoint(restricted.restrictions)


def test_everything_passes_where_nothing_forbids() -> None:
    actions = (samples.action("mirror", 1), samples.action("multiplier", 2))

    passage = passed(actions, samples.surroundings(), 12)

    assert passage.actions == actions
    assert not passage.policy_took_all
    assert not passage.quiet


def test_policy_that_refused_to_answer_allows_nothing() -> None:
    passage = passed((samples.action(),), samples.surroundings(policy=PolicyVerdict(None)), 12)

    assert passage.actions == ()
    assert passage.policy_took_all


def test_policy_that_does_not_allow_takes_everything() -> None:
    verdict = PolicyVerdict(replace(samples.SNAPSHOT, allowed=False))

    passage = passed((samples.action(),), samples.surroundings(policy=verdict), 12)

    assert passage.actions == ()
    assert passage.policy_took_all


def test_a_standard_that_forbids_takes_everything() -> None:
    standards = Standards(allowed=False, restrictions=frozenset())

    assert passed((samples.action(),), samples.surroundings(standards=standards), 12).actions == ()


def test_quiet_hours_are_silent_and_are_not_blamed_on_policy() -> None:
    around = samples.surroundings(quiet_hours=QuietHours(start=22, end=6))

    passage = passed((samples.action(),), around, 23)

    assert passage.actions == ()
    assert passage.quiet
    assert not passage.policy_took_all


def test_a_playbooks_own_quiet_hours_silence_that_playbook_alone() -> None:
    quiet = samples.action(number=1, limits=Limits(quiet_hours=QuietHours(start=9, end=17)))
    other = samples.action(number=2)

    assert passed((quiet, other), samples.surroundings(), 9).actions == (other,)


@given(
    st.permutations([samples.action("mirror", 1), samples.action("mentor", 2), samples.action("mirror", 3)])
)
def test_the_order_is_kept(actions: list[Action]) -> None:
    assert passed(tuple(actions), samples.surroundings(), 12).actions == tuple(actions)
