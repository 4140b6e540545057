"""5.3.7 to 5.3.10: gates take away, and nothing that takes away ever adds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pipeline.gates import passed
from engine.pipeline.quiet import is_quiet
from engine.values.playbook import Limits, QuietHours
from engine.values.standing import Preferences, Standing, TenantPolicy
from engine.values.surroundings import PolicyVerdict, Snapshot, Standards
from engine.values.words import SURFACES
from tests.engine import samples

if TYPE_CHECKING:
    from engine.values.action import Action
    from engine.values.surroundings import Surroundings
    from engine.values.words import ActionType, Surface


# Most of what may take everything at once does not, so that the finer gates have something to take from.
loud = st.just(samples.NO_QUIET_HOURS)
restricting = st.builds(
    lambda taken: PolicyVerdict(replace(samples.SNAPSHOT, restrictions=taken)),
    st.sampled_from([frozenset(), frozenset(("mirror",)), frozenset(("mentor",))]),
)
everything = st.builds(
    samples.surroundings,
    policy=restricting | restricting | samples.verdicts,
    standards=st.just(samples.OPEN) | st.just(samples.OPEN) | samples.standards,
    quiet_hours=loud | loud | samples.quiet_hours,
    standing=samples.standings,
)


def shown(actions: tuple[Action, ...]) -> set[tuple[str, Surface]]:
    """Return each action with each surface that it goes to."""
    return {(action.action_id, surface) for action in actions for surface in action.surfaces}


def with_standing(around: Surroundings, standing: Standing) -> Surroundings:
    return replace(around, standing=standing)


@given(samples.actions, everything, samples.hours)
def test_what_passes_was_there_in_the_same_order(
    actions: tuple[Action, ...], around: Surroundings, hour: int
) -> None:
    left = passed(actions, around, hour).actions

    ids = [action.action_id for action in left]
    assert ids == [action.action_id for action in actions if action.action_id in ids]
    assert shown(left) <= shown(actions)
    originals = {action.action_id: action for action in actions}
    assert all(replace(originals[one.action_id], surfaces=one.surfaces) == one for one in left)


@given(samples.actions, everything, samples.hours)
def test_what_passes_is_what_policy_tenant_policy_and_preferences_allow(
    actions: tuple[Action, ...], around: Surroundings, hour: int
) -> None:
    policy, wishes = around.standing.tenant_policy, around.standing.preferences

    for action in passed(actions, around, hour).actions:
        snapshot = around.policy.snapshot
        assert snapshot is not None
        assert snapshot.allowed
        assert around.standards.allowed
        assert action.type not in snapshot.restrictions | around.standards.restrictions
        assert action.type in policy.enabled_action_types
        assert action.type not in wishes.opt_out_categories
        assert action.surfaces
        assert set(action.surfaces) <= set(policy.enabled_surfaces)
        assert set(action.surfaces) <= set(wishes.preferred_surfaces or SURFACES)


@given(samples.actions, samples.hours)
def test_a_tenant_and_an_actor_that_say_nothing_take_nothing(actions: tuple[Action, ...], hour: int) -> None:
    heard = tuple(action for action in actions if not is_quiet(hour, action.limits.quiet_hours))

    assert passed(actions, samples.surroundings(), hour).actions == heard


@given(samples.actions, everything, samples.hours, samples.type_lists, samples.surface_lists)
def test_a_tenant_that_enables_less_never_sees_more(
    actions: tuple[Action, ...],
    around: Surroundings,
    hour: int,
    types: tuple[ActionType, ...],
    surfaces: tuple[Surface, ...],
) -> None:
    policy = around.standing.tenant_policy
    less = replace(
        policy,
        enabled_action_types=tuple(one for one in policy.enabled_action_types if one in types),
        enabled_surfaces=tuple(one for one in policy.enabled_surfaces if one in surfaces),
    )
    stricter = with_standing(around, replace(around.standing, tenant_policy=less))

    assert shown(passed(actions, stricter, hour).actions) <= shown(passed(actions, around, hour).actions)


@given(samples.actions, everything, samples.hours, samples.types)
def test_an_opt_out_more_never_adds_an_action(
    actions: tuple[Action, ...], around: Surroundings, hour: int, more: ActionType
) -> None:
    wishes = around.standing.preferences
    fewer = replace(wishes, opt_out_categories=(*wishes.opt_out_categories, more))
    after = passed(actions, with_standing(around, replace(around.standing, preferences=fewer)), hour).actions

    assert shown(after) <= shown(passed(actions, around, hour).actions)
    assert all(action.type != more for action in after)


@given(samples.actions, everything, samples.hours, samples.surface_lists.filter(bool))
def test_preferred_surfaces_never_widen(
    actions: tuple[Action, ...], around: Surroundings, hour: int, surfaces: tuple[Surface, ...]
) -> None:
    free = replace(around.standing, preferences=replace(around.standing.preferences, preferred_surfaces=()))
    choosy = replace(free, preferences=replace(free.preferences, preferred_surfaces=surfaces))

    narrowed = passed(actions, with_standing(around, choosy), hour).actions

    assert shown(narrowed) == {
        (action_id, surface)
        for action_id, surface in shown(passed(actions, with_standing(around, free), hour).actions)
        if surface in surfaces
    }


@given(samples.quiet_hours, samples.quiet_hours, samples.hours)
def test_the_tenants_quiet_hours_take_the_place_of_governances(
    own: QuietHours, governance: QuietHours, hour: int
) -> None:
    around = samples.surroundings(
        quiet_hours=governance, standing=Standing(tenant_policy=TenantPolicy(quiet_hours=own))
    )
    silent = samples.surroundings(quiet_hours=governance)

    assert bool(passed((samples.action(),), around, hour).actions) is not is_quiet(hour, own)
    assert bool(passed((samples.action(),), silent, hour).actions) is not is_quiet(hour, governance)


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


@pytest.mark.parametrize("policy", [TenantPolicy(enabled_action_types=()), TenantPolicy(enabled_surfaces=())])
def test_an_empty_list_of_a_tenant_means_none(policy: TenantPolicy) -> None:
    around = samples.surroundings(standing=Standing(tenant_policy=policy))

    passage = passed((samples.action(),), around, 12)

    assert passage.actions == ()
    assert passage.policy_took_all


def test_what_the_actor_does_not_want_is_not_blamed_on_policy() -> None:
    wishes = Preferences(opt_out_categories=("mirror",))

    passage = passed((samples.action(),), samples.surroundings(standing=Standing(preferences=wishes)), 12)

    assert passage.actions == ()
    assert not passage.policy_took_all


def test_surfaces_are_narrowed_by_both() -> None:
    standing = Standing(
        preferences=Preferences(preferred_surfaces=("alert", "ci")),
        tenant_policy=TenantPolicy(enabled_surfaces=("ide", "ci")),
    )
    everywhere = samples.action(number=1, surfaces=SURFACES)
    nowhere = samples.action(number=2, surfaces=("ide", "alert"))

    left = passed((everywhere, nowhere), samples.surroundings(standing=standing), 12).actions

    assert left == (replace(everywhere, surfaces=("ci",)),)


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
