"""Admins say what their tenant's actors may see; an empty list means none."""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    CREATED,
    NOTIFY,
    Alerting,
    AuditLog,
    EngineClient,
    Eris,
    Given,
    People,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    each_answered,
    each_of,
    eventually,
    not_exercised,
    parametrize,
    requirement,
)

EVERYWHERE = ["alert", "ci", "ide"]
HOUR, DAY = "max_actions_per_hour", "max_actions_per_day"
# Where one change overtakes the other is a matter of luck: each round has a tenant of its own.
ROUNDS = 8
ONE_OF_EACH = {
    "mirror": a_mirror("A fact", surfaces=EVERYWHERE),
    "mentor": a_mentor("A hint", surfaces=EVERYWHERE),
    "multiplier": a_multiplier("An offer", surfaces=EVERYWHERE),
}
NO_POLICY: dict[str, Any] = {
    "an unknown surface": {"enabled_surfaces": ["ide", "mail"]},
    "an unknown type": {"enabled_action_types": ["nudge"]},
    "less than nothing": {"quotas": {"max_actions_per_hour": -1, "max_actions_per_day": 5}},
    "no such hour": {"quiet_hours": {"start": 22, "end": 24}},
    "half a range": {"quiet_hours": {"start": 22}},
}
# Quotas, and how many of three actions fit into them.
QUOTAS = {
    "one an hour": ({"max_actions_per_hour": 1, "max_actions_per_day": 10}, 1),
    "two a day": ({"max_actions_per_hour": 3, "max_actions_per_day": 2}, 2),
    "none an hour": ({"max_actions_per_hour": 0, "max_actions_per_day": 10}, 0),
    "none a day": ({"max_actions_per_hour": 3, "max_actions_per_day": 0}, 0),
}


async def one_of_each(given: Given) -> None:
    """Let an action of each type fire, for every surface."""
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))


@requirement("FR-13")
async def test_a_change_of_a_part_leaves_the_rest(engine: EngineClient, people: People) -> None:
    """A tenant's policy is created by the first change and changed in part, quotas of thousands too.

    Whether what creates it is 200 or 201 is the engine's choice.
    """
    quotas = {"max_actions_per_hour": 2, "max_actions_per_day": 5_000}

    changes = [
        await engine.update_tenant_policy({"enabled_action_types": ["mirror"], "quotas": quotas}),
        await engine.update_tenant_policy({"quiet_hours": {"start": 0, "end": 0}}, people.tenant_admin),
        await engine.update_tenant_policy({"enabled_surfaces": []}),
    ]

    each_answered(changes, CREATED, 200, 200)
    policy = (await engine.read_tenant_policy()).object
    assert policy["tenant_id"] == people.tenant
    assert policy.strings("enabled_action_types") == ["mirror"]
    assert policy.strings("enabled_surfaces") == []
    assert policy["quiet_hours"] == {"start": 0, "end": 0}
    told = policy.object("quotas")
    assert {name: told[name] for name in quotas} == quotas


@requirement("FR-13")
async def test_all_and_nothing_can_be_enabled(engine: EngineClient) -> None:
    """Every surface and type can be enabled, and none; either is told again."""
    everything = {"enabled_surfaces": EVERYWHERE, "enabled_action_types": sorted(ONE_OF_EACH)}
    nothing: dict[str, list[str]] = {name: [] for name in everything}

    for policy in each_of([everything, nothing]):
        changed = await engine.update_tenant_policy(policy)
        told = (await engine.read_tenant_policy()).object

        each_answered([changed], CREATED)
        assert {name: sorted(told.strings(name)) for name in policy} == policy


@requirement("FR-13")
@parametrize(("quota", "other"), [(HOUR, DAY), (DAY, HOUR)], ids=["hour", "day"])
async def test_half_of_the_quotas_is_completed_or_refused(
    quota: str, other: str, engine: EngineClient
) -> None:
    """One quota alone is taken, and the other is still there, or refused with 422 that changes nothing."""
    whole = await engine.update_tenant_policy({"quotas": {HOUR: 2, DAY: 7}})

    half = await engine.update_tenant_policy({"quotas": {quota: 1}})

    each_answered([whole, half], CREATED, (*CREATED, 422))
    told = (await engine.read_tenant_policy()).object.object("quotas")
    if half.status == 422:
        assert (told[HOUR], told[DAY]) == (2, 7)
    else:
        assert told[quota] == 1
        assert isinstance(told[other], int)


@requirement("FR-7", "FR-13")
async def test_an_actor_gets_ten_a_day_where_only_the_hour_has_a_quota(
    engine: EngineClient, given: Given
) -> None:
    """A quota that nobody has set is the default: ten a day, however many an hour.

    An engine may refuse one quota alone.
    """
    await given.published_playbook(a_playbook(actions=[a_mirror(f"Fact {n}") for n in range(12)]))
    hourly = await engine.update_tenant_policy({"quotas": {HOUR: 50}})
    if hourly.status == 422:
        not_exercised("this engine takes no quota alone")

    decisions = [await engine.decide() for _ in range(2)]

    assert hourly.status in CREATED
    assert sum(len(reply.decision.actions) for reply in each_of(decisions)) == 10


@requirement("FR-13")
async def test_changes_at_the_same_time_all_stand(engine: EngineClient, people: People) -> None:
    """Two first changes at the same instant make one policy, and neither loses the other's part."""
    for admin in each_of([people.elsewhere().admin for _ in range(ROUNDS)]):
        replies = await all_at_once(
            engine.update_tenant_policy({"enabled_action_types": ["mirror"]}, admin),
            engine.update_tenant_policy({"enabled_surfaces": ["ci"]}, admin),
        )

        each_answered(replies, CREATED)
        policy = (await engine.read_tenant_policy(admin)).object
        assert policy.strings("enabled_action_types") == ["mirror"]
        assert policy.strings("enabled_surfaces") == ["ci"]


@requirement("FM-MMM-01", "FR-13")
@parametrize("disabled", list(ONE_OF_EACH))
async def test_a_disabled_type_is_neither_proposed_nor_delivered(
    disabled: str, engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A type that the tenant disabled is not proposed and reaches no alerting; the others do both."""
    rest = sorted(set(ONE_OF_EACH) - {disabled})
    await one_of_each(given)
    await given.tenant_policy(enabled_action_types=rest)

    decision = (await engine.decide()).decision

    assert sorted(decision.types) == rest
    told: list[str] = []

    async def enough() -> bool:
        heard = [entry.request_body for entry in await alerting.calls(NOTIFY)]
        told[:] = [one["title"] for one in heard if one["decision_id"] == decision.id]
        return len(set(told)) >= len(rest)

    await eventually(enough, 8.0)
    assert set(told) == set(decision.titles)


@requirement("FR-13", "FR-8")
async def test_surfaces_that_are_not_enabled_are_not_used(engine: EngineClient, given: Given) -> None:
    """An action goes to the enabled ones of its surfaces; one that has none of them is not proposed."""
    await given.published_playbook(
        a_playbook(
            actions=[a_mirror("Everywhere", surfaces=EVERYWHERE), a_mirror("Alert", surfaces=["alert"])]
        )
    )
    await given.tenant_policy(enabled_surfaces=["ide", "ci"])

    decision = (await engine.decide()).decision

    assert decision.titles == ["Everywhere"]
    assert sorted(decision.actions[0].strings("surfaces")) == ["ci", "ide"]


@requirement("FR-13", "FR-11")
@parametrize("part", ["enabled_action_types", "enabled_surfaces"])
async def test_an_empty_list_means_none(
    part: str, engine: EngineClient, people: People, given: Given
) -> None:
    """Where a tenant enables nothing, nothing is proposed; another tenant is not touched."""
    others = people.elsewhere()
    await one_of_each(given)
    theirs = await given.published_playbook(by=others.admin)
    await given.tenant_policy(**{part: []})

    ours, neighbours = await engine.decide(), await engine.decide(others.developer)

    assert ours.status == 200
    assert ours.decision.titles == []
    assert neighbours.decision.playbooks == [theirs["playbook_id"]]


@requirement("FR-7", "FR-13", "UT-MMM-03")
@parametrize(("quotas", "fitting"), QUOTAS.values(), ids=QUOTAS.keys())
async def test_the_tenants_quotas_hold(
    quotas: dict[str, int], fitting: int, engine: EngineClient, people: People, given: Given
) -> None:
    """Each actor gets as many actions as the tenant's quotas say, the most important ones; 0 means none."""
    for priority in (50, 90, 70):
        await given.published_playbook(
            a_playbook(
                name=f"P{priority}", actions=[a_mirror(f"Fact {priority}")], limits={"priority": priority}
            )
        )
    await given.tenant_policy(quotas=quotas)

    first, second = await engine.decide(), await engine.decide()
    other = await engine.decide(people.another_developer())

    assert first.decision.titles == ["Fact 90", "Fact 70", "Fact 50"][:fitting]
    assert second.status == 200
    assert second.decision.titles == []
    assert other.decision.titles == first.decision.titles


@requirement("FR-13", "FR-7")
async def test_a_wider_quota_holds_at_once(engine: EngineClient, given: Given) -> None:
    """A quota that is widened lets the actor have more, less what it has had."""
    await given.published_playbook(a_playbook(actions=[a_mirror(f"Fact {n}") for n in range(5)]))

    first = await engine.decide()
    await given.tenant_policy(quotas={"max_actions_per_hour": 5, "max_actions_per_day": 50})
    second = await engine.decide()

    assert len(first.decision.titles) == 3
    assert len(second.decision.titles) == 2


@requirement("FR-13", "NFR-4")
@parametrize("body", NO_POLICY.values(), ids=NO_POLICY.keys())
async def test_what_is_no_policy_is_refused_and_changes_nothing(
    body: dict[str, Any], engine: EngineClient, given: Given
) -> None:
    """Unknown words, negative quotas and hours that no clock has are 422, and what was said before holds."""
    await given.tenant_policy(enabled_action_types=["mirror"], enabled_surfaces=["ci"])

    refused = await engine.update_tenant_policy(body)

    policy = (await engine.read_tenant_policy()).object
    assert refused.status == 422
    assert policy.strings("enabled_action_types") == ["mirror"]
    assert policy.strings("enabled_surfaces") == ["ci"]


@requirement("FR-13", "NFR-5")
async def test_a_tenants_policy_is_its_own(engine: EngineClient, people: People, given: Given) -> None:
    """Another tenant's policy is refused with 403 to read and to write, by path and by body; it stays."""
    others = people.elsewhere()
    await given.tenant_policy(others.admin, enabled_action_types=["mirror"])
    nothing: dict[str, Any] = {"enabled_action_types": []}

    refused = [
        await engine.read_tenant_policy(people.admin, tenant=others.tenant),
        await engine.update_tenant_policy(nothing, people.admin, tenant=others.tenant),
        await engine.update_tenant_policy(nothing | {"tenant_id": others.tenant}, people.admin),
    ]

    each_answered(refused[:2], 403)
    assert refused[2].status in {403, 422}
    theirs = (await engine.read_tenant_policy(others.admin)).object
    assert theirs.strings("enabled_action_types") == ["mirror"]


@requirement("FR-12", "NFR-7")
async def test_every_change_leaves_a_receipt_and_an_audit_line(
    engine: EngineClient, people: People, given: Given, eris: Eris, audit_log: AuditLog
) -> None:
    """Each change of a tenant's policy leaves one receipt with before and after, and a line of the audit log.

    Where these are, what they call the policy (its id, or its tenant's) and what is redacted, is the engine's
    choice.
    """
    changes = [
        await engine.update_tenant_policy({"enabled_action_types": ["mirror"]}),
        await engine.update_tenant_policy({"enabled_action_types": ["mirror", "mentor"]}),
    ]
    policy = (await engine.read_tenant_policy()).object.string("policy_id")

    each_answered(changes, CREATED, 200)
    receipts = await eris.settled(given, due=2)
    assert [receipt.kind for receipt in receipts] == ["admin", "admin"]
    assert len({receipt.id for receipt in receipts}) == 2
    told = [{"before", "after"} & receipt.object("result").members for receipt in receipts]
    assert sorted(len(both) for both in each_of(told)) in ([1, 2], [2, 2])
    assert len(await audit_log.entries(policy, people.tenant, at_least=2)) >= 2


@requirement("FR-13")
async def test_later_changes_at_the_same_time_all_stand(engine: EngineClient, people: People) -> None:
    """Two changes at the same instant of a policy that is there already: neither loses the other's part."""
    for admin in each_of([people.elsewhere().admin for _ in range(ROUNDS)]):
        first = await engine.update_tenant_policy({"quotas": {HOUR: 5, DAY: 9}}, admin)
        replies = await all_at_once(
            engine.update_tenant_policy({"enabled_action_types": ["mirror"]}, admin),
            engine.update_tenant_policy({"enabled_surfaces": ["ci"]}, admin),
        )

        each_answered([first, *replies], CREATED)
        policy = (await engine.read_tenant_policy(admin)).object
        assert policy.strings("enabled_action_types") == ["mirror"]
        assert policy.strings("enabled_surfaces") == ["ci"]
