"""No action contradicts policy or gold standards."""

from __future__ import annotations

from itertools import permutations

from harness.scenario import (
    EVALUATE,
    NOTIFY,
    STANDARDS,
    Alerting,
    EngineClient,
    Eris,
    Given,
    Object,
    People,
    Policy,
    a_context,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    each_of,
    eventually,
    parametrize,
    requirement,
)

ONE_OF_EACH = {
    "mirror": a_mirror("A fact"),
    "mentor": a_mentor("A hint"),
    "multiplier": a_multiplier("An offer"),
}


@requirement("UT-MMM-04", "FR-11")
async def test_what_policy_denies_is_not_proposed(
    engine: EngineClient, given: Given, policy: Policy, eris: Eris
) -> None:
    """Where policy does not allow, nothing is proposed, and the receipt says so."""
    await policy.rules(allowed=False)
    await given.published_playbook()

    reply = await engine.decide()

    assert reply.status == 200
    assert len(reply.decision.actions) == 0
    assert reply.decision["degraded_mode"] is False
    assert (await eris.receipt_of(reply.decision.id)).status == "soft_block"


@requirement("UT-MMM-04", "FR-11", "IT-MMM-04")
@parametrize("restricted", list(ONE_OF_EACH))
async def test_a_restricted_type_is_not_proposed(
    restricted: str, engine: EngineClient, given: Given, policy: Policy
) -> None:
    """A type that policy restricts is not proposed; the others are."""
    await policy.rules(restrictions=[restricted])
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))

    reply = await engine.decide()

    assert sorted(reply.decision.types) == sorted(set(ONE_OF_EACH) - {restricted})


@requirement("UT-MMM-04", "FR-11")
@parametrize("restricted", list(permutations(ONE_OF_EACH, 2)), ids=" and ".join)
async def test_each_of_several_restricted_types_is_gone(
    restricted: tuple[str, ...], engine: EngineClient, given: Given, policy: Policy
) -> None:
    """Of two types that policy restricts, in whichever order, neither is proposed; the third is."""
    await policy.rules(restrictions=list(restricted))
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))

    reply = await engine.decide()

    assert reply.decision.types == sorted(set(ONE_OF_EACH) - set(restricted))


@requirement("UT-MMM-04", "FR-11")
async def test_a_gold_standard_restricts_as_policy_does(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """A type that a gold standard restricts is not proposed, though policy allows it."""
    await policy.standard_says(restrictions=["mentor", "multiplier"])
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))

    reply = await engine.decide()

    assert reply.decision.types == ["mirror"]


@requirement("UT-MMM-04", "FR-11")
async def test_what_a_gold_standard_denies_is_not_proposed(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """Where a gold standard does not allow, nothing is proposed."""
    await policy.standard_says(allowed=False)
    await given.published_playbook()

    reply = await engine.decide()

    assert reply.status == 200
    assert len(reply.decision.actions) == 0


@requirement("IT-MMM-04")
async def test_an_offer_asks_for_consent_unless_policy_forbids_it(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """A multiplier is proposed with consent required; once policy forbids multipliers, it is not proposed."""
    await policy.rules(restrictions=["multiplier"])
    others = engine.people.elsewhere()
    offer = a_playbook(actions=[a_multiplier("An offer", requires_consent=False), a_mirror("A fact")])
    await given.published_playbook(offer)
    await given.published_playbook(offer, by=others.admin)

    allowed = await engine.decide(others.developer)
    forbidden = await engine.decide()

    assert sorted(allowed.decision.types) == ["mirror", "multiplier"]
    consent = {action["type"]: action["requires_consent"] for action in allowed.decision.actions}
    assert consent["multiplier"] is True
    assert forbidden.decision.types == ["mirror"]


@requirement("IT-MMM-04", "FR-11")
async def test_two_approvals_do_not_make_up_for_policy(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """An offer that policy forbids is not proposed, whether two people would have to approve it or nobody."""
    await policy.rules(restrictions=["multiplier"])
    others = engine.people.elsewhere()
    offers = [a_multiplier("Dual", requires_dual_channel=True), a_multiplier("Single"), a_mirror("A fact")]
    for admin in (engine.people.admin, others.admin):
        await given.published_playbook(a_playbook(actions=offers), by=admin)

    allowed = await engine.decide(others.developer)
    forbidden = await engine.decide()

    assert sorted(allowed.decision.titles) == ["A fact", "Dual", "Single"]
    assert forbidden.decision.titles == ["A fact"]


@requirement("UT-MMM-04", "FR-11")
@parametrize("status", [400, 403, 404])
async def test_a_refusal_of_policy_allows_nothing(
    status: int, engine: EngineClient, given: Given, policy: Policy
) -> None:
    """Where policy refuses to say (4xx), nothing is proposed; for another tenant, of which it says, it is.

    That this is an answer without actions is a choice: an engine may refuse to decide.
    """
    others = engine.people.elsewhere()
    refusal = {"error": {"code": "NO", "message": "no", "retryable": False, "request_id": "r-1"}}
    await policy.replies(EVALUATE, refusal, status=status)
    await given.published_playbook()
    await given.published_playbook(by=others.admin)

    refused = await engine.decide()
    allowed = await engine.decide(others.developer)

    assert refused.status in {200, 503}
    assert refused.status == 503 or refused.decision.titles == []
    assert len(allowed.decision.titles) == 1


@requirement("UT-MMM-04", "FR-11")
async def test_a_refusal_of_standards_lets_no_more_than_facts_through(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """Where the gold standards refuse to say (4xx), no mentor and no multiplier is proposed.

    Whether mirrors are, is the engine's choice.
    """
    refusal = {"error": {"code": "NO", "message": "no", "retryable": False, "request_id": "r-1"}}
    others = engine.people.elsewhere()
    await policy.replies(STANDARDS, refusal, status=403)
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())), by=others.admin)

    reply = await engine.decide()
    other = await engine.decide(others.developer)

    assert reply.decision.types in ([], ["mirror"])
    assert sorted(other.decision.types) == sorted(ONE_OF_EACH)


@requirement("UT-MMM-04", "FR-11")
@parametrize("strictest", [0, 1, 2])
async def test_of_several_standards_each_has_its_say(
    strictest: int, engine: EngineClient, given: Given, policy: Policy
) -> None:
    """Of several gold standards each takes what it restricts; one that does not allow takes everything."""
    others = engine.people.elsewhere()
    items = [
        {"standard_id": f"std-{number}", "version": "1.0.0", "allowed": True, "restrictions": [kind]}
        for number, kind in enumerate(("mentor", "multiplier"))
    ]
    silent = {"standard_id": "std-9", "version": "2.1.0", "allowed": False, "restrictions": []}
    denying = [*items[:strictest], silent, *items[strictest:]]
    await policy.replies(STANDARDS, {"items": items})
    await policy.replies(STANDARDS, {"items": denying}, match={"tenant": others.tenant})
    for admin in (engine.people.admin, others.admin):
        await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())), by=admin)

    narrowed = await engine.decide()
    denied = await engine.decide(others.developer)

    assert narrowed.decision.types == ["mirror"]
    assert denied.decision.types == []


@requirement("FM-MMM-01", "UT-MMM-04")
async def test_what_policy_forbids_reaches_no_alerting(
    engine: EngineClient, given: Given, policy: Policy, alerting: Alerting
) -> None:
    """A type that policy restricts is not proposed, and alerting hears of the other types alone."""
    await policy.rules(restrictions=["mentor"])
    actions = [a_mirror("A fact", surfaces=["alert"]), a_mentor("A hint", surfaces=["alert"])]
    await given.published_playbook(a_playbook(actions=actions))

    decided, later = [(await engine.decide(engine.people.another_developer())).decision for _ in range(2)]

    assert decided.titles == later.titles == ["A fact"]
    heard: list[Object] = []

    async def told_of_both() -> bool:
        heard[:] = [Object(entry.request_body, "a notification") for entry in await alerting.calls(NOTIFY)]
        return {one["decision_id"] for one in heard} >= {decided.id, later.id}

    assert await eventually(told_of_both, 8.0), "a notification did not come"
    assert {one["title"] for one in each_of(heard)} == {"A fact"}


@requirement("FR-11", "FR-2")
@parametrize("first", ["ide", "ci"])
async def test_what_policy_says_of_one_context_holds_for_no_other(
    first: str, engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """What policy restricts in pipelines alone is proposed in an IDE and in no pipeline, in either order."""
    answer = {
        "allowed": True,
        "policy_snapshot_id": "snapshot-ci",
        "policy_version_ids": ["policy-7"],
        "restrictions": ["multiplier"],
        "snapshot_hash": "sha256:" + "5e" * 32,
    }
    in_pipelines = {"tenant": people.tenant, "body": {"/context/source": {"equals": "ci"}}}
    await policy.replies(EVALUATE, answer, match=in_pipelines)
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))
    types = {}

    for source in (first, *({"ide", "ci"} - {first})):
        reply = await engine.decide(people.another_developer(), context=a_context(source=source))
        types[source] = sorted(reply.decision.types)

    assert types == {"ide": ["mentor", "mirror", "multiplier"], "ci": ["mentor", "mirror"]}
