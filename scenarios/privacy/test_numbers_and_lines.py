"""Metrics and logs show what happened and name nobody."""

from __future__ import annotations

import json

from harness.scenario import (
    EngineClient,
    EngineLog,
    Given,
    Names,
    People,
    World,
    a_context,
    a_playbook,
    a_signal,
    an_outcome,
    each_answered,
    each_of,
    metrics_of,
    not_exercised,
    requirement,
    samples,
    spelled_out,
    told_by_one_process,
)


@requirement("FR-15", "PR-MMM-01")
async def test_the_log_names_no_actor(
    engine: EngineClient, people: People, given: Given, engine_log: EngineLog
) -> None:
    """Actors are in no line of the log by their own ids, whatever they do and whether or not they may."""
    await given.published_playbook()
    me = people.developer

    decided = await engine.decide(me)
    action = decided.decision.actions[0].string("action_id")
    told = [
        await engine.report_outcome(decided.decision.id, an_outcome(action), me),
        await engine.update_preferences({"opt_out_categories": []}, people.admin, of=me),
        await engine.read_preferences(people.another_developer(), of=me),
        await engine.create_playbook(a_playbook(), by=me),
    ]
    after = await engine.decide(people.another_developer())

    each_answered([decided, *told, after], 200, 202, (200, 201), 403, 403, 200)
    log = await engine_log.text(until=after.decision.id)
    assert me.sub not in spelled_out(log)


@requirement("FR-15")
async def test_the_log_is_lines_of_json(
    engine: EngineClient, people: People, given: Given, engine_log: EngineLog
) -> None:
    """What the log says of a decision it says in lines of JSON, each an object.

    What their members are called is the engine's choice, and so is what it logs.
    """
    await given.published_playbook()

    reply = await engine.decide(people.developer)

    decided = reply.decision.id
    lines = (await engine_log.text(until=decided)).splitlines()
    about = [line for line in lines if decided in line or people.tenant in line]
    if not about:
        not_exercised("the engine logs nothing of a decision")
    for line in each_of(about):
        assert line.startswith("{"), line[:80]
        assert isinstance(_parsed(line), dict), line[:80]


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


@requirement("FR-15")
async def test_metrics_count_what_happened_and_name_nobody(
    engine: EngineClient, people: People, given: Given, world: World, names: Names
) -> None:
    """Decisions are counted by tenant, and no actor, repository or playbook is in the metrics.

    Neither is anything else that was in a body: labels are closed sets or verified claims. Where several
    processes answer, and each tells its own numbers, their sum is nowhere.
    """
    playbook = await given.published_playbook()
    word = names.canary()
    context = a_context(repo_id=f"repo-{word}", branch=f"branch-{word}")
    signal = a_signal(event_type=f"event-{word}", source=f"source-{word}", signal_id=f"signal-{word}")

    decided = [
        await engine.decide(people.another_developer(), context=context, signal=signal) for _ in range(2)
    ]
    metrics = await metrics_of(engine, world)

    each_answered(decided, 200)
    assert decided[0].decision.string("actor_id") not in spelled_out(metrics)
    assert word not in metrics
    assert playbook["playbook_id"] not in metrics
    counted = samples(await told_by_one_process(engine, world), "mmm_decisions_total")
    assert sum(one.value for one in counted if one.labels.get("tenant_id") == people.tenant) == 2


@requirement("PR-MMM-01", "FR-15", "NFR-3")
async def test_what_is_refused_is_not_logged(
    engine: EngineClient, people: People, given: Given, names: Names, engine_log: EngineLog
) -> None:
    """Of a request that is refused as malformed nothing that somebody wrote is in any line of the log."""
    await given.published_playbook()
    words = [names.canary() for _ in range(4)]
    decision = await given.decision_with_actions(people.another_developer())
    action = decision.actions[0].string("action_id")

    refused = [
        await engine.decide(signal=a_signal(payload={"author": words[0]}, severity="panic")),
        await engine.trigger(signal=a_signal(payload={"author": words[1]}, event_type=["x"])),
        await engine.create_playbook(a_playbook(description=words[2], actions=[])),
        await engine.report_outcome(decision.id, an_outcome(action, "perhaps", reason=words[3])),
    ]
    after = await engine.decide(people.another_developer())

    each_answered(refused, 422)
    assert after.status == 200
    log = await engine_log.text(until=after.decision.id)
    assert [word for word in words if word in log] == []


@requirement("FR-15", "PR-MMM-01", "PR-MMM-02")
async def test_the_log_does_not_say_who_was_erased(
    engine: EngineClient, people: People, given: Given, engine_log: EngineLog
) -> None:
    """What the log says of an erasure, it says without the id of the erased actor."""
    await given.decision(people.developer)

    erased = await engine.erase(people.developer.sub)
    after = await engine.decide(people.another_developer())

    each_answered([erased, after], 204, 200)
    log = await engine_log.text(until=after.decision.id)
    assert people.developer.sub not in spelled_out(log)
