"""What a decision does not need is refused or dropped, and turns up nowhere."""

from __future__ import annotations

from harness.scenario import (
    Alerting,
    EngineClient,
    EngineLog,
    Eris,
    Given,
    Governance,
    Llm,
    Names,
    People,
    Policy,
    Ubi,
    World,
    a_context,
    a_mentor,
    a_playbook,
    a_signal,
    each_answered,
    each_of,
    requirement,
    samples,
)


@requirement("NFR-3", "PR-MMM-01")
async def test_what_nobody_asked_for_turns_up_nowhere(
    engine: EngineClient, people: People, given: Given, names: Names, eris: Eris, engine_log: EngineLog
) -> None:
    """Source code, mail addresses and payloads are in no answer, receipt, metric or line of the log.

    Each is sent by itself: an engine may refuse the one and drop the other.
    """
    await given.published_playbook()
    canary = names.canary()
    context = a_context(author_email=f"{canary}@example.com", source_code=f"def {canary}(): pass")
    signal = a_signal(payload={"snippet": f"x = {canary}", "nested": {"mail": f"{canary}@example.com"}})

    replies = [
        await engine.decide(people.another_developer(), context=context),
        await engine.decide(people.another_developer(), signal=signal),
    ]
    after = await engine.decide(people.another_developer())

    for reply in each_of(replies):
        assert reply.status in {200, 422}
        assert canary not in reply.all_text
    assert len(after.decision.actions) == 1
    assert canary not in (await engine.public("metrics")).text
    due = 3 + sum(reply.status == 200 for reply in replies)
    for receipt in each_of(await eris.settled(given, due=due)):
        assert canary not in receipt.text
    assert canary not in await engine_log.text(until=after.decision.id)


@requirement("NFR-3", "PR-MMM-01", "FR-2")
async def test_what_nobody_asked_for_is_told_to_nobody(
    engine: EngineClient,
    people: People,
    given: Given,
    names: Names,
    policy: Policy,
    llm: Llm,
    ubi: Ubi,
    governance: Governance,
    alerting: Alerting,
) -> None:
    """No dependency hears of source code, mail addresses or payloads that a caller has sent along.

    Each is sent by itself: an engine may refuse the one and drop the other.
    """
    generated = a_mentor(llm_prompt="Explain to {actor} why {event} in {repo} matters.")
    await given.published_playbook(a_playbook(actions=[generated]))
    canary = names.canary()
    context = a_context(author_email=f"{canary}@example.com", source_code=f"def {canary}(): pass")
    signal = a_signal(payload={"snippet": f"x = {canary}"})

    replies = [
        await engine.decide(people.another_developer(), context=context),
        await engine.decide(people.another_developer(), signal=signal),
    ]
    clean = await engine.decide(people.another_developer())

    assert {reply.status for reply in each_of(replies)} <= {200, 422}
    assert clean.status == 200
    heard = [entry for one in (policy, llm, ubi, governance, alerting) for entry in await one.calls()]
    for entry in each_of(heard):
        assert canary not in f"{entry.path}?{entry.query} {entry.request_body}"


@requirement("FR-15", "PR-MMM-01")
async def test_the_log_names_no_actor(
    engine: EngineClient, people: People, given: Given, engine_log: EngineLog
) -> None:
    """Actors are in no line of the log by their own ids."""
    await given.published_playbook()

    decided = await engine.decide(people.developer)
    await engine.create_playbook(a_playbook(), by=people.developer)
    after = await engine.decide(people.another_developer())

    each_answered([decided, after], 200)
    log = await engine_log.text(until=after.decision.id)
    assert people.developer.sub not in log


@requirement("FR-15")
async def test_metrics_count_what_happened_and_name_nobody(
    engine: EngineClient, people: People, given: Given, world: World
) -> None:
    """Decisions are counted by tenant, and no actor, repository or playbook is in the metrics."""
    playbook = await given.published_playbook()
    context = a_context(repo_id="repo-of-mine")

    decided = [await engine.decide(people.another_developer(), context=context) for _ in range(2)]
    metrics = "\n".join([(await engine.public("metrics")).text for _ in world.engine_urls])

    each_answered(decided, 200)
    counted = samples(metrics, "mmm_decisions_total")
    mine = [sample for sample in counted if sample.labels.get("tenant_id") == people.tenant]
    assert sum(sample.value for sample in mine) == 2
    assert decided[0].decision.string("actor_id") not in metrics
    assert "repo-of-mine" not in metrics
    assert playbook["playbook_id"] not in metrics
