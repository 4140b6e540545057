"""What a receipt says of where something was decided, by which policy, and what a change changed."""

from __future__ import annotations

from harness.scenario import (
    EngineClient,
    Eris,
    Given,
    People,
    Policy,
    a_context,
    a_multiplier,
    a_playbook,
    an_outcome,
    each_answered,
    each_of,
    parametrize,
    requirement,
)

EVALUATION_POINTS = {"ide": "pre-commit", "ci": "pre-merge"}


@requirement("UT-MMM-05")
@parametrize("source", EVALUATION_POINTS)
async def test_the_source_alone_says_where_it_was_evaluated(
    source: str, engine: EngineClient, people: People, eris: Eris
) -> None:
    """What an IDE asks is evaluated before the commit, what CI asks before the merge: in each environment."""
    environments = ("dev", "stage", "prod")

    decisions = [
        (
            await engine.decide(
                people.another_developer(), context=a_context(source=source, environment=environment)
            )
        ).decision
        for environment in environments
    ]

    receipts = [await eris.receipt_of(decision.id) for decision in decisions]
    assert tuple(receipt["environment"] for receipt in receipts) == environments
    for receipt in each_of(receipts):
        assert receipt["evaluation_point"] == EVALUATION_POINTS[source]


@requirement("UT-MMM-05", "FR-12")
@parametrize("source", EVALUATION_POINTS)
async def test_what_follows_a_decision_was_not_evaluated_without_one(
    source: str, engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Only what belongs to no decision says pre-deploy: outcomes and approvals belong to one.

    Whether they tell the point of their decision, or that they came after it, is the engine's choice.
    """
    dual = a_playbook(actions=[a_multiplier(requires_dual_channel=True)])
    await given.published_playbook(dual)
    decision = await given.decision_with_actions(people.developer, context=a_context(source=source))
    action = decision.actions[0].string("action_id")

    approved = await engine.approve(action)
    reported = await engine.report_outcome(decision.id, an_outcome(action))

    each_answered([approved, reported], 200, 202)
    receipts = await eris.settled(given, due=5)
    told = {receipt.kind: receipt["evaluation_point"] for receipt in receipts if receipt.kind != "admin"}
    assert sorted(told) == ["approval", "decision", "outcome"]
    assert told["decision"] == EVALUATION_POINTS[source]
    assert {told["approval"], told["outcome"]} <= {EVALUATION_POINTS[source], "post-deploy"}


@requirement("NFR-4", "UT-MMM-05")
async def test_what_policy_took_is_put_down_to_that_policy(
    engine: EngineClient, given: Given, policy: Policy, eris: Eris
) -> None:
    """The receipt of a decision that policy emptied names that policy: versions, snapshot and its hash."""
    snapshot = await policy.rules(allowed=False)
    await given.published_playbook()

    decision = (await engine.decide()).decision

    assert decision.titles == []
    receipt = await eris.receipt_of(decision.id)
    assert receipt.status == "soft_block"
    assert receipt["policy_version_ids"] == snapshot["policy_version_ids"]
    assert receipt["snapshot_hash"] == snapshot["snapshot_hash"]
    assert receipt.inputs["policy_snapshot_id"] == snapshot["policy_snapshot_id"]


@requirement("FR-12", "NFR-7")
async def test_before_and_after_tell_a_change(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """What a receipt of a change has as before is not what it has as after.

    How much of them is told or redacted is the engine's choice, but not that nobody sees a change.
    """
    await given.tenant_policy(enabled_surfaces=["ide"])
    await given.preferences(opt_out_categories=["mentor"])

    changes = [
        await engine.update_tenant_policy({"enabled_surfaces": ["ide", "ci"]}),
        await engine.update_preferences({"opt_out_categories": []}, people.admin, of=people.developer),
    ]

    each_answered(changes, 200)
    receipts = await eris.settled(given, due=3)
    results = [receipt.object("result") for receipt in receipts if receipt.kind == "admin"]
    both = [result for result in results if None not in (result.get("before"), result.get("after"))]
    assert len(both) >= len(changes)
    for result in each_of(both):
        assert result["before"] != result["after"]


@requirement("FR-12", "FR-3")
async def test_a_change_of_what_is_published_leaves_a_receipt(
    engine: EngineClient, given: Given, eris: Eris
) -> None:
    """A change of a published playbook, which only begins a draft, leaves one receipt that names it."""
    playbook = (await given.published_playbook())["playbook_id"]

    changed = await engine.update_playbook(playbook, {"name": "Renamed"})

    assert changed.status == 200
    receipts = await eris.settled(given, due=3)
    assert [receipt.kind for receipt in receipts] == ["admin"] * 3
    assert [playbook in receipt.text for receipt in receipts] == [True] * 3
