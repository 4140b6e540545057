"""No action contradicts policy or gold standards."""

from __future__ import annotations

from harness.scenario import (
    EngineClient,
    Eris,
    Given,
    Policy,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
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
