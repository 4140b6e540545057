"""What happened can be seen afterwards: numbers that move, and one connected trace."""

from __future__ import annotations

from harness.scenario import (
    EVALUATE,
    GENERATE,
    EngineClient,
    Given,
    Llm,
    Names,
    Otlp,
    People,
    Policy,
    World,
    a_context,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_playbook,
    a_signal,
    an_outcome,
    asked_until,
    each_answered,
    each_of,
    eventually,
    metrics_of,
    requirement,
    samples,
)


@requirement("OB-MMM-01", "FR-15")
async def test_a_decision_leaves_one_connected_trace(
    engine: EngineClient, people: People, given: Given, names: Names, otlp: Otlp
) -> None:
    """A decision is one span `mmm.decide` in its caller's trace, where every span hangs on another.

    What lies between the caller's span and this one, and what its parts are called, is the engine's choice.
    """
    await given.published_playbook()
    theirs = otlp.asks(names)

    body = a_decide_request(people.developer)
    reply = await engine.call(
        "POST", "/decide", by=people.developer, body=body, headers={"traceparent": theirs.header}
    )

    assert reply.status == 200
    trace = await otlp.trace(theirs, until="mmm.decide")
    assert len(trace.named("mmm.decide")) == 1
    assert [span.name for span in trace.loose] == []
    (decide,) = trace.named("mmm.decide")
    assert [span.name for span in trace.spans if span.parent_span_id == decide.span_id] != []


@requirement("OB-MMM-01", "FR-15")
async def test_the_callers_trace_is_passed_on(
    engine: EngineClient, people: People, given: Given, names: Names, otlp: Otlp, policy: Policy
) -> None:
    """What the engine asks for a decision's sake is asked in the caller's trace, from a span of it."""
    await given.published_playbook()
    theirs = otlp.asks(names)

    body = a_decide_request(people.developer)
    reply = await engine.call(
        "POST", "/decide", by=people.developer, body=body, headers={"traceparent": theirs.header}
    )

    assert reply.status == 200
    trace = await otlp.trace(theirs, until="mmm.decide")
    asked = await policy.calls(EVALUATE)
    for entry in each_of(asked):
        _, trace_id, span_id, _ = str(entry.traceparent).split("-")
        assert trace_id == theirs.trace_id
        assert trace.knows(span_id)


@requirement("PR-MMM-01", "FR-15")
async def test_a_trace_holds_nothing_personal(
    engine: EngineClient, people: People, given: Given, names: Names, otlp: Otlp
) -> None:
    """Source code, mail addresses and payloads are in no span of a decision.

    An engine may refuse what nobody asked for, and then leaves no trace of it at all; the decision of
    somebody who sent nothing of that kind shows that traces are kept.
    """
    canary = names.canary()
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact")]))
    private = {
        "context": a_context(author_email=f"{canary}@example.com", source_code=f"def {canary}(): pass"),
        "signal": a_signal(payload={"snippet": f"x = {canary}"}),
    }
    dirty, clean = otlp.asks(names), otlp.asks(names)

    replies = [
        await engine.call(
            "POST",
            "/decide",
            by=people.developer,
            body=a_decide_request(people.developer, **members),
            headers={"traceparent": asked.header},
        )
        for asked, members in ((dirty, private), (clean, {}))
    ]

    assert replies[0].status in {200, 422}
    assert replies[1].decision.titles == ["A fact"]
    kept = await otlp.trace(clean, until="mmm.decide")
    assert kept.named("mmm.decide") != []
    for trace in (kept, await otlp.trace(dirty, until="mmm.decide")):
        assert canary not in trace.text


COUNTED_WITHIN = 8.0
MOVED: tuple[tuple[str, dict[str, str]], ...] = (
    ("mmm_signals_received_total", {}),
    ("mmm_decision_latency_seconds_count", {}),
    ("mmm_outcomes_total", {"result": "accepted"}),
    ("mmm_actions_accepted_total", {}),
    ("mmm_eris_receipt_emission_total", {}),
    ("mmm_actions_delivered_total", {"surface": "ide"}),
)


@requirement("OB-MMM-01", "FR-15")
async def test_a_flow_moves_the_numbers(
    engine: EngineClient, people: People, given: Given, world: World
) -> None:
    """A decision upon a signal and the outcomes of its action are counted, by tenant where that is a label.

    Others are counted beside it, so numbers without a tenant need only grow. The engine's choice is when
    a receipt is delivered, and counted, and what counts as delivered to an IDE: the answer, or an outcome.
    """
    await given.published_playbook(a_playbook(actions=[a_mirror(surfaces=["ide"])]))
    before = _totals(await metrics_of(engine, world))

    decided = await engine.decide(signal=a_signal())
    action = decided.decision.actions[0]["action_id"]
    outcomes = [
        await engine.report_outcome(decided.decision.id, an_outcome(action, result))
        for result in ("shown", "accepted")
    ]

    each_answered([decided, *outcomes], 200, 202, 202)
    metrics = ""

    async def moved() -> bool:
        nonlocal metrics
        metrics = await metrics_of(engine, world)
        return not _still(before, _totals(metrics))

    await eventually(moved, COUNTED_WITHIN)
    assert _still(before, _totals(metrics)) == []
    for name, label, value in each_of(
        [("mmm_decisions_total", "actor_type", "human"), ("mmm_actions_total", "action_type", "mirror")]
    ):
        mine = [one for one in samples(metrics, name) if one.labels.get("tenant_id") == people.tenant]
        assert [one.labels[label] for one in mine if one.value] == [value]
        assert sum(one.value for one in mine) == 1
    states = [sample.value for sample in samples(metrics, "mmm_circuit_state")]
    assert {0.0, 1.0, 2.0} >= set(each_of(states))


def _totals(metrics: str) -> list[float]:
    """Return what each number of the flow comes to, over all replicas."""
    return [
        sum(
            sample.value
            for sample in samples(metrics, name)
            if all(sample.labels.get(label) == value for label, value in labels.items())
        )
        for name, labels in MOVED
    ]


def _still(before: list[float], after: list[float]) -> list[str]:
    """Return the numbers that did not grow."""
    return [name for (name, _), old, new in zip(MOVED, before, after, strict=True) if new <= old]


# As engine.md 9 has them; an engine may have more.
BUCKETS = {0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0}


@requirement("OB-MMM-01", "FR-15")
async def test_latencies_are_counted_in_the_buckets_of_the_objectives(
    engine: EngineClient, given: Given, world: World
) -> None:
    """The histogram of latencies has a bucket for each objective, and its buckets never shrink upwards."""
    await given.published_playbook()

    decided = await engine.decide()
    metrics = (await engine.public("metrics")).text

    assert decided.status == 200
    buckets = samples(metrics, "mmm_decision_latency_seconds_bucket")
    counted: dict[float, float] = {}
    for sample in each_of(buckets):
        bound = float(sample.labels["le"])
        counted[bound] = counted.get(bound, 0.0) + sample.value
    assert set(counted) >= BUCKETS
    assert [counted[bound] for bound in sorted(counted)] == sorted(counted.values())
    assert len(world.engine_urls) > 1 or max(counted.values()) >= 1


@requirement("OB-MMM-01", "FR-15", "NFR-1")
async def test_slow_decisions_and_alerts_are_counted(
    engine: EngineClient, given: Given, world: World, llm: Llm
) -> None:
    """A decision slower than its objective, and an alert that was handed over, move their numbers."""
    await llm.delays(GENERATE, 1.0)
    slow = a_mentor("A slow hint", llm_prompt="Say why {event} matters.", surfaces=["alert"])
    await given.published_playbook(a_playbook(actions=[slow]))
    wanted: dict[str, dict[str, str]] = {
        "mmm_decision_latency_warning_total": {},
        "mmm_actions_delivered_total": {"surface": "alert"},
        "mmm_delivery_attempts_total": {},
    }

    def told(metrics: str) -> dict[str, float]:
        return {
            name: sum(
                one.value for one in samples(metrics, name) if labels.items() <= dict(one.labels).items()
            )
            for name, labels in wanted.items()
        }

    before = told(await metrics_of(engine, world))
    decided = await engine.decide()

    async def moved() -> bool:
        now = told(await metrics_of(engine, world))
        return all(now[name] > before[name] for name in wanted)

    assert decided.decision["latency_warning"] is True
    assert await eventually(moved, COUNTED_WITHIN), "a number did not move"


@requirement("NFR-6")
async def test_readiness_names_nothing_when_all_is_there(engine: EngineClient) -> None:
    """`/ready` is 200, says its status and that no dependency is missing; `/health` says its status.

    On a busy machine a dependency's health may be late, so that an engine is not ready for a moment.
    """
    ready = await asked_until(lambda: engine.public("ready"), lambda reply: reply.status == 200, within=4.0)
    health = await engine.public("health")

    assert ready[-1].status == health.status == 200
    assert ready[-1].object.string("status")
    assert ready[-1].object.strings("unavailable_dependencies") == []
    assert health.object.string("status")


@requirement("OB-MMM-01", "FR-15")
async def test_a_trigger_leaves_a_trace_as_a_decision_does(
    engine: EngineClient, people: People, given: Given, names: Names, otlp: Otlp
) -> None:
    """A decision upon an explicit trigger is one span `mmm.decide` in its caller's trace, too."""
    await given.published_playbook()
    theirs = otlp.asks(names)

    body = a_decide_request(people.developer)
    reply = await engine.call(
        "POST", "/triggers/evaluate", by=people.developer, body=body, headers={"traceparent": theirs.header}
    )

    assert reply.status == 200
    trace = await otlp.trace(theirs, until="mmm.decide")
    assert len(trace.named("mmm.decide")) == 1
    assert [span.name for span in trace.loose] == []
