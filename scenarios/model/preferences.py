"""What actors want, and what their tenant lets them see (engine.md 3, 4; FR-10, FR-13, FR-14).

Rules: a change of a part leaves the rest; an empty list of preferred surfaces means all, one of enabled types
or surfaces none. What nobody has said yet, an engine may tell as it likes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.scenario import CREATED, WITH_OFFSET
from scenarios.model.expecting import Answer, Expected, claim, refused, status_is
from scenarios.model.state import SURFACES

if TYPE_CHECKING:
    from harness.scenario import Object
    from scenarios.model.commands import ReadPolicy, ReadPreferences, SetPolicy, SetPreferences, Snooze
    from scenarios.model.state import Policy, Preferences, State

WISHES = ("FR-14",)
RULES = ("FR-13",)


def wished(state: State, command: SetPreferences) -> Expected:
    """Expect what an actor wants to be taken, from itself or an admin."""
    if no := _not_theirs(state, command.by, command.of):
        return no
    before = state.wishes(command.of)

    def read(answer: Answer) -> State:
        status_is(answer, CREATED, "preferences cannot be changed", WISHES)
        after = replace(
            before,
            known=True,
            opt_out=before.opt_out if command.opt_out is None else command.opt_out,
            surfaces=before.surfaces if command.surfaces is None else command.surfaces,
        )
        return state.with_wishes(command.of, after)

    return Expected(WISHES, read)


def snoozed(state: State, command: Snooze) -> Expected:
    """Expect silence from now on; no hours are no snooze."""
    if no := _not_theirs(state, command.by, command.of):
        return no
    if not command.hours:
        return refused(state, (422,), "a snooze of no hours is taken", "FR-10", "NFR-4")

    def read(answer: Answer) -> State:
        status_is(answer, CREATED, "an actor cannot snooze", ("FR-10",))
        return state.with_wishes(command.of, replace(state.wishes(command.of), snoozed=True, known=True))

    return Expected(("FR-10",), read)


def wishes_read(state: State, command: ReadPreferences) -> Expected:
    """Expect what was wanted to be told."""
    if no := _not_theirs(state, command.by, command.of):
        return no
    wishes = state.wishes(command.of)

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "preferences cannot be read", WISHES)
        told = answer.object
        said, wanted = (told["actor_id"], told["tenant_id"]), (state.people[command.of].sub, state.tenant)
        claim("preferences are somebody else's", ("FR-14", "NFR-5"), holds=said == wanted, told=said)
        refused_types = set(told.strings("opt_out_categories"))
        right = refused_types == wishes.opt_out
        claim("opted-out categories are told otherwise", WISHES, holds=right, told=sorted(refused_types))
        preferred = set(told.strings("preferred_surfaces"))
        right = (preferred or set(SURFACES)) == (set(wishes.surfaces) or set(SURFACES))
        claim("preferred surfaces are told otherwise", WISHES, holds=right, told=sorted(preferred))
        _snooze_told(told, wishes)
        return state.with_wishes(command.of, _same_record(told, wishes)) if wishes.known else state

    return Expected(WISHES, read)


def ruled(state: State, command: SetPolicy) -> Expected:
    """Expect what an admin rules to be taken."""
    if no := _not_ruling(state, command.by):
        return no

    def read(answer: Answer) -> State:
        status_is(answer, CREATED, "the tenant's policy cannot be changed", RULES)
        before = state.policy
        after = replace(
            before,
            known=True,
            types=before.types if command.types is None else command.types,
            surfaces=before.surfaces if command.surfaces is None else command.surfaces,
            quotas=before.quotas if command.quotas is None else command.quotas,
        )
        return replace(state, policy=after)

    return Expected(RULES, read)


def rules_read(state: State, command: ReadPolicy) -> Expected:
    """Expect what was ruled to be told; before anything was, defaults are as sensible as 404."""
    if no := _not_ruling(state, command.by):
        return no
    policy = state.policy

    def read(answer: Answer) -> State:
        status_is(answer, (200,) if policy.known else (200, 404), "the tenant's policy cannot be read", RULES)
        if not policy.known:
            return state
        told = answer.object
        claim("a policy is another tenant's", ("NFR-5",), holds=told["tenant_id"] == state.tenant)
        _listed(told, "enabled_action_types", policy.types)
        _listed(told, "enabled_surfaces", policy.surfaces)
        if policy.quotas is not None:
            quotas = told.object("quotas")
            said = (quotas["max_actions_per_hour"], quotas["max_actions_per_day"])
            claim("quotas are told otherwise", RULES, holds=said == policy.quotas, told=said)
        return replace(state, policy=_same_policy(told, policy))

    return Expected(RULES, read)


def _not_theirs(state: State, by: str, of: str) -> Expected | None:
    if by != of and not state.is_admin(by):
        return refused(state, (403,), "somebody reaches another actor's preferences", "FR-14", "NFR-7")
    return None


def _not_ruling(state: State, by: str) -> Expected | None:
    if not state.is_home(by):
        return refused(state, (403,), "another tenant's policy can be reached", "NFR-5")
    if not state.is_admin(by):
        return refused(state, (403,), "somebody who is no admin reaches the policy", "NFR-7", "FR-13")
    return None


def _snooze_told(told: Object, wishes: Preferences) -> None:
    said = told["snooze_until"]
    right = bool(WITH_OFFSET.fullmatch(str(said))) if wishes.snoozed else said is None
    claim("a snooze is told otherwise", ("FR-10", "FR-14"), holds=right, told=said)


def _same_record(told: Object, wishes: Preferences) -> Preferences:
    identity = told.string("preference_id")
    same = wishes.id in {None, identity}
    claim("preferences change their id", WISHES, holds=same, told=identity)
    return replace(wishes, id=identity)


def _same_policy(told: Object, policy: Policy) -> Policy:
    identity = told.string("policy_id")
    claim("a policy changes its id", RULES, holds=policy.id in {None, identity}, told=identity)
    return replace(policy, id=identity)


def _listed(told: Object, member: str, wanted: frozenset[str] | None) -> None:
    if wanted is not None:
        said = set(told.strings(member))
        rule = f"{member.replace('_', ' ')} are told otherwise"
        claim(rule, RULES, holds=said == wanted, told=sorted(said))
