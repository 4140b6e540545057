"""What became of an action comes back as an outcome, and the whole way leaves its receipts."""

from __future__ import annotations

from harness.scenario import (
    ABSENT,
    CANONICAL,
    EngineClient,
    Eris,
    Given,
    Names,
    People,
    Reply,
    a_playbook,
    a_signal,
    all_at_once,
    an_outcome,
    each_answered,
    not_exercised,
    parametrize,
    requirement,
)

AT_ONCE = 12


@requirement("IT-MMM-01")
async def test_from_signal_to_outcome_in_one_flow(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """A behavioural signal, a decision, an action shown, its outcome and all receipts: one flow."""
    trigger = {"source": "ubi", "event_type": "behaviour.context_switching", "severity": "warn"}
    playbook = await given.published_playbook(a_playbook(triggers=[trigger]))
    signal = a_signal(source="ubi", event_type="behaviour.context_switching", severity="high")

    decided = await engine.decide(people.developer, signal=signal)
    action = decided.decision.actions[0].string("action_id")
    shown = await engine.report_outcome(decided.decision.id, an_outcome(action, "shown"))
    accepted = await engine.report_outcome(decided.decision.id, an_outcome(action, "accepted"))

    assert decided.decision.playbooks == [playbook["playbook_id"]]
    each_answered([shown, accepted], 202)
    decision = await eris.receipt_of(decided.decision.id)
    assert decision.inputs.strings("signal_ids") == [signal["signal_id"]]
    outcomes = await eris.awaited(
        lambda receipt: receipt.kind == "outcome" and receipt.get("parent_receipt_id") == decision.id,
        f"a receipt of each outcome, child of receipt {decision.id}",
        at_least=2,
    )
    reported = {shown.object.string("outcome_id"), accepted.object.string("outcome_id")}
    assert {receipt.outcome_id for receipt in outcomes} == reported


@requirement("IT-MMM-01")
@parametrize("result", ["shown", "ignored", "dismissed", "accepted", "failed"])
async def test_every_result_is_taken(result: str, engine: EngineClient, given: Given) -> None:
    """Each of the five results is accepted with 202 and an id of the outcome."""
    await given.published_playbook()
    decision = await given.decision_with_actions()

    reply = await engine.report_outcome(
        decision.id, an_outcome(decision.actions[0].string("action_id"), result)
    )

    assert reply.status == 202
    assert reply.object["status"] == "accepted"
    assert CANONICAL.fullmatch(reply.object.string("outcome_id"))


@requirement("IT-MMM-01")
async def test_who_reports_an_outcome_may_name_itself(
    engine: EngineClient, people: People, given: Given
) -> None:
    """An outcome may name the caller as its actor, which is what it means without one."""
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")

    reply = await engine.report_outcome(decision.id, an_outcome(action, actor_id=people.developer.sub))

    assert reply.status == 202
    assert reply.object["status"] == "accepted"


@requirement("IT-MMM-01", "NFR-4")
@parametrize("result", ["dismissed", "failed"])
async def test_a_refusal_or_failure_needs_a_reason(result: str, engine: EngineClient, given: Given) -> None:
    """Without a reason, dismissed and failed are refused with 422 that names the field."""
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")

    without = await engine.report_outcome(decision.id, an_outcome(action, result, reason=ABSENT))
    with_reason = await engine.report_outcome(decision.id, an_outcome(action, result))

    assert without.status == 422
    assert "reason" in without.error.text
    assert with_reason.status == 202


@requirement("IT-MMM-01", "NFR-4")
async def test_an_outcome_of_nothing_is_not_taken(
    engine: EngineClient, given: Given, names: Names, people: People, eris: Eris
) -> None:
    """An unknown decision, an unknown action and another decision's action are 404, and leave no receipt.

    What is no id at all is malformed (422) or as unknown as any other (404).
    """
    await given.published_playbook()
    one = await given.decision_with_actions(people.developer)
    other = await given.decision_with_actions(people.another_developer())
    action = one.actions[0].string("action_id")

    no_decision = await engine.report_outcome(names.uuid(), an_outcome(action))
    no_action = await engine.report_outcome(one.id, an_outcome(names.uuid()))
    foreign_action = await engine.report_outcome(one.id, an_outcome(other.actions[0].string("action_id")))
    malformed = await engine.report_outcome(one.id, an_outcome("action-1"))

    each_answered([no_decision, no_action, foreign_action], 404)
    assert malformed.status in {404, 422}
    receipts = await eris.settled(given, due=4)
    assert sorted(receipt.kind for receipt in receipts) == ["admin", "admin", "decision", "decision"]


@requirement("IT-MMM-01", "NFR-4")
@parametrize(
    ("parts", "named"),
    [
        ({"result": "loved"}, "result"),
        ({"result": ABSENT}, "result"),
        ({"action_id": ABSENT}, "action_id"),
    ],
    ids=["unknown result", "no result", "no action"],
)
async def test_an_invalid_outcome_is_refused(
    parts: dict[str, object], named: str, engine: EngineClient, given: Given
) -> None:
    """An outcome with a part missing or unknown is refused with 422 that names the field."""
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")

    refused = await engine.report_outcome(decision.id, an_outcome(**({"action_id": action} | parts)))
    taken = await engine.report_outcome(decision.id, an_outcome(action))

    assert refused.status == 422
    assert named in refused.error.text
    assert taken.status == 202


@requirement("IT-MMM-01", "FR-12")
async def test_a_final_result_stands(engine: EngineClient, given: Given, eris: Eris) -> None:
    """A second final result that contradicts the first is refused with 409, or taken; one never half.

    What was refused is neither counted nor receipted; what was taken has a receipt, and whether it counts
    beside the first or in its place is the engine's choice.
    """
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")
    await given.outcome(decision, result="accepted")

    second = await engine.report_outcome(decision.id, an_outcome(action, "dismissed"))
    shown = await engine.report_outcome(decision.id, an_outcome(action, "shown"))

    assert second.status in {202, 409}
    assert shown.status == 202
    taken = 2 + (second.status == 202)
    receipts = await eris.settled(given, due=3 + taken)
    assert sum(receipt.kind == "outcome" for receipt in receipts) == taken
    aggregates = (await engine.tenant_metrics()).object.object("aggregates")
    if second.status == 409:
        assert aggregates["outcomes_total"] == taken
        assert aggregates.object("outcomes_by_result")["accepted"] == 1


@requirement("IT-MMM-01", "FR-12")
async def test_outcomes_at_the_same_time_are_each_kept_once(
    engine: EngineClient, given: Given, eris: Eris
) -> None:
    """Of many reports of one action at the same instant each outcome that is told has exactly one receipt."""
    await given.published_playbook()
    decision = await given.decision_with_actions()
    action = decision.actions[0].string("action_id")

    replies = await all_at_once(
        *(engine.report_outcome(decision.id, an_outcome(action, "shown")) for _ in range(5))
    )

    each_answered(replies, 202)
    reported = sorted({reply.object.string("outcome_id") for reply in replies})
    told = [one for one in await eris.settled(given, due=3 + len(reported)) if one.kind == "outcome"]
    assert sorted(str(receipt.outcome_id) for receipt in told) == reported


@requirement("IT-MMM-01", "FR-12")
async def test_what_was_decided_is_kept_before_it_is_answered(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Many decide in quick succession and report at once: each decision is known by then (5.3.11, 5.3.13).

    Who was refused, or got nothing, since the engine is busy, has nothing to report.
    """
    await given.published_playbook()

    async def decides_and_reports() -> Reply:
        person = people.another_developer()
        decided = await engine.decide(person)
        if decided.status != 200 or not decided.decision.actions:
            return decided
        action = decided.decision.actions[0].string("action_id")
        return await engine.report_outcome(decided.decision.id, an_outcome(action), person)

    replies = await all_at_once(*(decides_and_reports() for _ in range(AT_ONCE)))

    statuses = [reply.status for reply in replies]
    assert 404 not in statuses
    if 202 not in statuses:
        not_exercised("nobody had anything to report")
