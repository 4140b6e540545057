"""Every decision, outcome and admin change leaves exactly one signed receipt; nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.scenario import (
    ABSENT,
    CANONICAL,
    EngineClient,
    Eris,
    Given,
    Names,
    People,
    Policy,
    Receipt,
    World,
    a_context,
    a_mirror,
    a_playbook,
    a_signal,
    all_at_once,
    an_outcome,
    chain_problems,
    each_answered,
    each_of,
    moment,
    not_exercised,
    parametrize,
    requirement,
)

# Ours and the engine's clock; one that tells whole seconds is not wrong.
CLOCKS_DIFFER = timedelta(seconds=2)
EVALUATION_POINTS = {"ide": "pre-commit", "ci": "pre-merge"}


@requirement("FR-12")
async def test_every_decision_leaves_exactly_one_receipt(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Each of many decisions, with and without actions, leaves one receipt: none is lost, none doubled."""
    await given.published_playbook(a_playbook(triggers=[{"event_type": "build.failed"}]))
    signals = [a_signal(), a_signal(event_type="other"), ABSENT, a_signal()]

    replies = [
        reply
        for _ in range(3)
        for reply in await all_at_once(
            *(engine.decide(people.another_developer(), signal=one) for one in signals)
        )
    ]

    decided = sorted(reply.decision.id for reply in each_of(replies))
    assert len(set(decided)) == len(decided) == 12
    await eris.awaited(
        lambda receipt: receipt.decision_id in decided, "a receipt of each decision", at_least=12
    )
    receipts = [receipt for receipt in await eris.settled(given, due=14) if receipt.kind == "decision"]
    assert sorted(str(receipt.decision_id) for receipt in receipts) == decided
    assert await eris.rejections() == []


@requirement("FR-12")
async def test_every_outcome_leaves_exactly_one_receipt(
    engine: EngineClient, given: Given, eris: Eris
) -> None:
    """Each outcome leaves one receipt that names it and is the child of its decision's."""
    await given.published_playbook(a_playbook(actions=[a_mirror("One"), a_mirror("Two")]))
    decision = await given.decision_with_actions()

    replies = [
        await engine.report_outcome(decision.id, an_outcome(action.string("action_id"), result))
        for action, result in zip(decision.actions, ("shown", "dismissed"), strict=True)
    ]

    reported = sorted(reply.object.string("outcome_id") for reply in each_of(replies))
    parent = await eris.receipt_of(decision.id)
    outcomes = [receipt for receipt in await eris.settled(given, due=5) if receipt.kind == "outcome"]
    assert sorted(str(receipt.outcome_id) for receipt in outcomes) == reported
    assert [receipt.get("parent_receipt_id") for receipt in outcomes] == [parent.id, parent.id]
    assert [receipt.decision_id for receipt in outcomes] == [decision.id, decision.id]


@requirement("FR-12", "NFR-7")
async def test_every_admin_change_leaves_exactly_one_receipt(
    engine: EngineClient, given: Given, eris: Eris, names: Names
) -> None:
    """Each change of a playbook leaves one receipt, with before and after.

    How much of the playbook these hold, and where in `result` they are, is the engine's choice; what was not
    there before or is not there after may be left out.
    """
    first, second = names.canary(), names.canary()

    created = await engine.create_playbook(a_playbook(name=first))
    playbook = created.object.string("playbook_id")
    updated = await engine.update_playbook(playbook, {"name": second})
    published = await engine.publish_playbook(playbook)
    deleted = await engine.delete_playbook(playbook)

    each_answered([updated, published, deleted], 200, 200, 204)
    receipts = await eris.settled(given, due=4)
    assert [receipt.kind for receipt in receipts] == ["admin"] * 4
    assert len({receipt.id for receipt in receipts}) == 4
    told = [{"before", "after"} & receipt.object("result").members for receipt in receipts]
    assert min(len(both) for both in told) >= 1
    assert sum(len(both) == 2 for both in told) >= 2
    for receipt in each_of(receipts):
        assert playbook in receipt.text
        assert receipt["evaluation_point"] == "pre-deploy"
        assert receipt["policy_version_ids"] == []
        assert receipt["snapshot_hash"] is None
        assert receipt["risk"] is None
        assert receipt.object("actor")["repo_id"] == "none"
    assert await eris.rejections() == []


@requirement("FR-12")
async def test_reads_and_refusals_leave_no_receipt(
    engine: EngineClient, people: People, given: Given, eris: Eris, names: Names
) -> None:
    """Reading leaves no receipt, and neither does a call that was refused."""
    playbook = await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")

    read = [await engine.list_playbooks(), await engine.public("health"), await engine.public("metrics")]
    refused = [
        await engine.create_playbook(a_playbook(name="")),
        await engine.update_playbook(names.uuid(), {"name": "Renamed"}),
        await engine.update_playbook(playbook["playbook_id"], {"name": ""}),
        await engine.decide(people.without_scope("mmm.decide")),
        await engine.decide(signal=a_signal(severity="panic")),
        await engine.report_outcome(decision.id, an_outcome(action, "dismissed", reason=ABSENT)),
        await engine.report_outcome(names.uuid(), an_outcome(action)),
    ]

    each_answered(read, 200)
    each_answered(refused, 422, 404, 422, 403, 422, 422, 404)
    kinds = sorted(receipt.kind for receipt in await eris.settled(given, due=3))
    assert kinds == ["admin", "admin", "decision"]


@requirement("UT-MMM-05", "FR-12")
@parametrize("source", ["ide", "ci"])
async def test_a_decisions_receipt_is_complete(
    source: str, engine: EngineClient, people: People, given: Given, policy: Policy, eris: Eris
) -> None:
    """A decision's receipt has every field, and says about what and under which policy."""
    snapshot = await policy.rules()
    playbook = await given.published_playbook()
    context = a_context(repo_id="repo-7", source=source, environment="stage")

    reply = await engine.decide(people.developer, context=context, signal=a_signal(signal_id="signal-42"))

    receipt = await eris.receipt_of(reply.decision.id)
    assert receipt.schema_problems() == []
    assert receipt["tenant_id"] == people.tenant
    assert receipt["environment"] == "stage"
    assert receipt["evaluation_point"] == EVALUATION_POINTS[source]
    assert receipt["policy_version_ids"] == snapshot["policy_version_ids"]
    assert receipt["snapshot_hash"] == snapshot["snapshot_hash"]
    assert receipt.inputs["policy_snapshot_id"] == snapshot["policy_snapshot_id"]
    assert receipt.inputs["signal_ids"] == ["signal-42"]
    version = reply.decision.actions[0]["playbook_version"]
    assert receipt.inputs["playbooks"] == [{"id": playbook["playbook_id"], "version": version}]
    assert receipt.object("actor")["repo_id"] == "repo-7"
    assert receipt.object("actor")["type"] == "human"
    assert receipt["degraded"] is False
    assert receipt.status == "pass"
    assert receipt.object("risk")["safety_checks_passed"] is True


@requirement("UT-MMM-05")
@parametrize("signal", [ABSENT, {}], ids=["no signal", "a signal of no parts"])
async def test_what_is_not_known_has_its_fixed_words(
    signal: object, engine: EngineClient, eris: Eris
) -> None:
    """Without a context the receipt says repository none, environment dev and pre-commit, and no signal.

    An engine may give a signal without an id one of its own.
    """
    reply = await engine.decide(context=ABSENT, signal=signal)

    receipt = await eris.receipt_of(reply.decision.id)
    assert receipt.schema_problems() == []
    assert receipt.object("actor")["repo_id"] == "none"
    assert receipt["environment"] == "dev"
    assert receipt["evaluation_point"] == "pre-commit"
    told = receipt.inputs.strings("signal_ids")
    assert told == [] if signal is ABSENT else all(told)
    assert receipt.inputs["playbooks"] == []


@requirement("UT-MMM-05", "FR-12")
async def test_every_kind_of_receipt_keeps_the_schema(engine: EngineClient, given: Given, eris: Eris) -> None:
    """Receipts of decisions, outcomes and admin changes all keep the schema."""
    await given.deprecated_playbook(a_playbook(name="Deprecated"))
    await given.published_playbook()
    decision = await given.decision_with_actions()

    reply = await engine.report_outcome(
        decision.id, an_outcome(decision.actions[0].string("action_id"), "failed")
    )

    assert reply.status == 202
    receipts = await eris.settled(given, due=7)
    assert sorted({receipt.kind for receipt in receipts}) == ["admin", "decision", "outcome"]
    for receipt in each_of(receipts):
        assert receipt.schema_problems() == []
    assert await eris.rejections() == []


@requirement("FR-12")
async def test_every_receipt_is_signed_with_the_engines_key(
    engine: EngineClient, given: Given, eris: Eris, world: World
) -> None:
    """Every receipt carries an Ed25519 signature that holds under the engine's public key."""
    if world.signing_public_key is None:
        not_exercised("the profile names no public key of this engine ([target] signing_public_key)")
    await given.published_playbook()
    decision = await given.decision_with_actions()

    reply = await engine.report_outcome(decision.id, an_outcome(decision.actions[0].string("action_id")))

    assert reply.status == 202
    for receipt in each_of(await eris.settled(given, due=4)):
        assert receipt.signature_problem(world.signing_public_key) == ""


@requirement("FR-12")
async def test_the_chain_of_receipts_is_intact(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """A tenant's receipts form an unbroken chain, each following the one before it."""
    await given.published_playbook()

    replies = await all_at_once(*(engine.decide(people.another_developer()) for _ in range(5)))

    each_answered(replies, 200)
    await eris.settled(given, due=7)
    chains = _by_chain(await eris.receipts())
    assert sum(len(chain) for chain in chains) >= 8
    assert [chain_problems(chain) for chain in chains] == [[] for _ in chains]


def _by_chain(receipts: list[Receipt]) -> list[list[Receipt]]:
    ids = sorted({receipt.meta.string("chain_id") for receipt in receipts})
    return [[receipt for receipt in receipts if receipt.meta["chain_id"] == one] for one in ids]


@requirement("NFR-4", "FR-12")
async def test_each_receipt_explains_its_decision(
    engine: EngineClient, given: Given, eris: Eris, policy: Policy
) -> None:
    """A receipt says why: pass where all is normal, soft_block where policy took every action."""
    others = engine.people.elsewhere()
    await policy.rules(allowed=False)
    await given.published_playbook()
    await given.published_playbook(by=others.admin)

    blocked = await engine.decide()
    normal = await engine.decide(others.developer)

    because = await eris.receipt_of(blocked.decision.id)
    passed = await eris.receipt_of(normal.decision.id, tenant=others.tenant)
    assert because.status == "soft_block"
    assert passed.status == "pass"
    assert because.object("decision").string("rationale").strip()
    assert passed.object("decision").string("rationale").strip()


@requirement("UT-MMM-05", "NFR-4")
async def test_a_receipt_says_what_was_proposed_and_what_became_of_it(
    engine: EngineClient, given: Given, eris: Eris
) -> None:
    """A decision's `result` tells the types and surfaces that were proposed, an outcome's what was reported.

    Where in `result` they are, is the engine's choice.
    """
    others = engine.people.elsewhere()
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact", surfaces=["ci"])]))
    decision = await given.decision_with_actions()

    nothing = (await engine.decide(others.developer)).decision
    reported = await engine.report_outcome(
        decision.id, an_outcome(decision.actions[0].string("action_id"), "ignored")
    )

    assert reported.status == 202
    proposed = (await eris.receipt_of(decision.id)).object("result")
    empty = (await eris.receipt_of(nothing.id, tenant=others.tenant)).object("result")
    became = (await eris.receipt_of(decision.id, kind="outcome")).object("result")
    assert [word in proposed.text for word in ("mirror", '"ci"')] == [True, True]
    assert empty.plain != proposed.plain
    assert "ignored" in became.text


@requirement("FR-12", "FR-1")
async def test_every_id_that_the_engine_makes_is_a_uuid(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Ids of outcomes, preferences, policies, receipts and what they name are UUIDs in canonical form."""
    await given.published_playbook()
    decision = await given.decision_with_actions()
    outcome = await given.outcome(decision)
    await given.preferences(opt_out_categories=["mentor"])
    await given.tenant_policy(enabled_surfaces=["ide"])

    ids = [
        outcome.string("outcome_id"),
        (await engine.read_preferences()).object.string("preference_id"),
        (await engine.read_tenant_policy()).object.string("policy_id"),
    ]
    receipts = await eris.settled(given, people, due=5)

    for one in each_of([*ids, *(receipt.id for receipt in receipts)]):
        assert CANONICAL.fullmatch(one)
    assert len({receipt.id for receipt in receipts}) == len(receipts)


@requirement("FR-12", "UT-MMM-05")
async def test_a_receipt_tells_when_it_was_made(engine: EngineClient, people: People, eris: Eris) -> None:
    """A receipt of a decision tells the moment of that decision, with offset, and a monotonic one."""
    before = datetime.now(UTC)
    decisions = [(await engine.decide(people.developer)).decision.id for _ in range(3)]
    after = datetime.now(UTC)

    receipts = [await eris.receipt_of(decision) for decision in decisions]

    for receipt in each_of(receipts):
        told = receipt.string("timestamp_utc")
        made = moment(told)
        assert before - CLOCKS_DIFFER <= made <= after + CLOCKS_DIFFER
        assert receipt["timestamp_monotonic_ms"] >= 0
