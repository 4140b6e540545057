"""In an engine that nobody else uses, each number grows by exactly what happened, and by nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.scenario import (
    ABSENT,
    NOTIFY,
    Alerting,
    EngineClient,
    Given,
    Names,
    People,
    Reply,
    World,
    a_context,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_signal,
    an_outcome,
    each_answered,
    each_of,
    eventually,
    metrics_of,
    not_exercised,
    own_world,
    requirement,
    samples,
    told_by_one_process,
)

if TYPE_CHECKING:
    from harness.scenario import Decision

COUNTED_WITHIN = 8.0
# A failure is one after three attempts, or each of them is: how long they take, engine.md does not say.
FAILED_WITHIN = 45.0
# After alerting has heard of all: what is counted then is counted at once.
AGAIN_WITHIN = 1.5
# How much more than its caller an engine may have measured: another clock, and what comes after the answer.
MORE_SECONDS = 0.5
ACTIONS = [a_mirror("One"), a_mirror("Two", surfaces=["ide", "alert"]), a_multiplier("Offer")]
REFUSED = range(400, 500)
# What grows, with these labels, and by how much in `_what_happens`, if all of the actions come.
GROWN: dict[str, tuple[str, dict[str, str], int]] = {
    "decisions for humans": ("mmm_decisions_total", {"actor_type": "human"}, 2),
    "decisions for agents": ("mmm_decisions_total", {"actor_type": "ai_agent"}, 1),
    "all decisions": ("mmm_decisions_total", {}, 3),
    "signals": ("mmm_signals_received_total", {}, 2),
    "mirrors": ("mmm_actions_total", {"action_type": "mirror"}, 6),
    "offers": ("mmm_actions_total", {"action_type": "multiplier"}, 3),
    "all actions": ("mmm_actions_total", {}, 9),
    "outcomes shown": ("mmm_outcomes_total", {"result": "shown"}, 1),
    "outcomes accepted": ("mmm_outcomes_total", {"result": "accepted"}, 1),
    "all outcomes": ("mmm_outcomes_total", {}, 2),
    "actions accepted": ("mmm_actions_accepted_total", {}, 1),
}
DELIVERED, ATTEMPTS = "mmm_actions_delivered_total", "mmm_delivery_attempts_total"
LATENCIES = "mmm_decision_latency_seconds"


@requirement("OB-MMM-01", "FR-15")
@own_world()
async def test_each_number_is_what_happened(
    engine: EngineClient, people: People, given: Given, names: Names, world: World
) -> None:
    """Decisions, signals, actions and outcomes are counted once each, and what was refused is not counted.

    An engine whose processes each tell their own numbers behind one address cannot be compared.
    """
    await given.published_playbook(a_playbook(actions=ACTIONS))
    before = await metrics_of(engine, world)

    decisions = await _what_happens(engine, people, names)

    async def told() -> dict[str, float]:
        now = await metrics_of(engine, world)
        return {what: _grown(before, now, name, labels) for what, (name, labels, _) in GROWN.items()}

    async def all_grown() -> bool:
        return all(number >= due[what] for what, number in (await told()).items())

    types = Counter(kind for decision in decisions for kind in decision.types)
    proposed = {"mirrors": types["mirror"], "offers": types["multiplier"], "all actions": types.total()}
    due = {what: number for what, (_, _, number) in GROWN.items()} | proposed
    await eventually(all_grown, COUNTED_WITHIN)
    await told_by_one_process(engine, world)
    grown = await told()
    assert {what: number for what, number in grown.items() if number != due[what]} == {}


@requirement("OB-MMM-01", "FR-15")
@own_world()
async def test_latencies_are_told_in_seconds(
    engine: EngineClient, people: People, given: Given, world: World
) -> None:
    """Each decision's latency is counted, none longer than whoever asked had to wait, but for a little.

    An engine whose processes each tell their own numbers behind one address cannot be compared.
    """
    await given.published_playbook(a_playbook(actions=ACTIONS))
    before = await metrics_of(engine, world)

    replies = [
        await engine.decide(people.another_developer(), context=a_context(source=source))
        for source in ("ide", "ci", "ide", "ci")
    ]

    async def counted() -> bool:
        return _grown(before, await metrics_of(engine, world), f"{LATENCIES}_count", {}) >= len(replies)

    each_answered(replies, 200)
    await eventually(counted, COUNTED_WITHIN)
    await told_by_one_process(engine, world)
    now = await metrics_of(engine, world)
    assert _grown(before, now, f"{LATENCIES}_count", {}) >= len(replies), "a latency is not counted"
    waited = sum(reply.seconds + MORE_SECONDS for reply in each_of(replies))
    assert 0 < _grown(before, now, f"{LATENCIES}_sum", {}) <= waited


@requirement("OB-MMM-01", "FR-15", "FR-8")
@own_world()
async def test_an_alert_is_counted_as_delivered_once(
    engine: EngineClient, people: People, given: Given, world: World, alerting: Alerting
) -> None:
    """Each action for alerting is counted as handed over to it, and under no result more than once.

    What alerting does not take is recorded: counted under another result, of alerting's own channel where an
    engine counts other ways of handing over beside it. What channels and results are called is the engine's
    choice. One whose processes each tell their own numbers behind one address cannot be compared.
    """
    elsewhere = await _channels_without_alerts(engine, given, world, people.elsewhere())
    await given.published_playbook(a_playbook(actions=ACTIONS))
    before = await metrics_of(engine, world)

    replies = [await engine.decide(people.another_developer()) for _ in range(3)]

    each_answered(replies, 200)
    alerts = _alerts_in(replies)
    assert alerts > 0
    assert await _soon_heard(alerting, alerts), "a notification did not come"
    await _counted_once(engine, world, before, alerts)

    usual = await metrics_of(engine, world)
    grown = _growing_channels(before, usual)
    channels = grown - elsewhere or grown
    await alerting.replies(NOTIFY, {"error": {}}, status=503)
    untaken = (await engine.decide(people.another_developer())).decision

    assert "Two" in untaken.titles
    counted = await _failure_counted(engine, world, before, usual, channels, alerts)
    assert counted, "a failure is not counted"


def _alerts_in(replies: list[Reply]) -> int:
    """Return how many of the proposed actions are for alerting."""
    shown = [action.strings("surfaces") for reply in replies for action in reply.decision.actions]
    return sum("alert" in surfaces for surfaces in shown)


async def _soon_heard(alerting: Alerting, alerts: int) -> bool:
    """Tell whether so many notifications soon came."""

    async def heard() -> bool:
        return len(await alerting.calls(NOTIFY)) >= alerts

    return bool(await eventually(heard, COUNTED_WITHIN))


async def _counted_once(engine: EngineClient, world: World, before: str, alerts: int) -> None:
    """Claim that so many are soon counted as handed over to alerting, and a little later no more."""

    async def all_counted() -> bool:
        return _handed_over(before, await metrics_of(engine, world)) >= alerts

    async def more_counted() -> bool:
        return _handed_over(before, await metrics_of(engine, world)) > alerts

    await eventually(all_counted, COUNTED_WITHIN)
    await told_by_one_process(engine, world)
    assert await all_counted(), "an alert is not counted"
    assert not await eventually(more_counted, AGAIN_WITHIN), "an alert is counted twice"


def _handed_over(before: str, now: str) -> float:
    """Return under which result most were handed over to alerting in between: how many there."""
    told = [dict(one.labels) for one in samples(now, DELIVERED) if one.labels.get("surface") == "alert"]
    return max((_grown(before, now, DELIVERED, labels) for labels in told), default=0.0)


async def _failure_counted(
    engine: EngineClient, world: World, before: str, usual: str, channels: frozenset[str], alerts: int
) -> bool:
    """Tell whether, of alerting, something soon grows that did not grow by so many while all was usual."""

    async def grows() -> bool:
        now = await metrics_of(engine, world)
        rare = [each for each in _of_alerts(now, channels) if _grown(before, usual, *each) < alerts]
        return any(_grown(usual, now, *each) > 0 for each in rare)

    return bool(await eventually(grows, FAILED_WITHIN))


async def _what_happens(engine: EngineClient, people: People, names: Names) -> list[Decision]:
    """Decide with a signal and without, for an agent too; report outcomes; try what must be refused.

    Return the decisions: a busy engine may be degraded, and propose less.
    """
    first = await engine.decide(people.developer, signal=a_signal())
    others = [
        await engine.decide(people.another_developer(), signal=ABSENT),
        await engine.decide(people.ai_agent, signal=a_signal()),
    ]
    decision = first.decision
    action = decision.actions[0].string("action_id")
    outcomes = [
        await engine.report_outcome(decision.id, an_outcome(action, result))
        for result in ("shown", "accepted")
    ]
    refused: list[Reply] = [
        await engine.decide(people.developer, signal=ABSENT, context=a_context(source="phone")),
        await engine.decide(people.developer, signal=ABSENT, tenant_id=names.tenant()),
        await engine.report_outcome(decision.id, an_outcome(names.uuid(), "accepted")),
        await engine.report_outcome(names.uuid(), an_outcome(action, "shown")),
        await engine.report_outcome(decision.id, an_outcome(action, "loved")),
    ]
    each_answered([first, *others, *outcomes], 200, 200, 200, 202, 202)
    if [reply for reply in each_of(refused) if reply.status not in REFUSED]:
        not_exercised("what must be refused was answered otherwise, which others show")
    return [decision, *(reply.decision for reply in others)]


async def _channels_without_alerts(
    engine: EngineClient, given: Given, world: World, others: People
) -> frozenset[str]:
    """Return the channels by which something is handed over though nothing goes to alerting."""
    await given.published_playbook(by=others.admin)
    before = await metrics_of(engine, world)
    await given.decision_with_actions(others.developer)

    async def counted() -> bool:
        return _grown(before, await metrics_of(engine, world), "mmm_decisions_total", {}) > 0

    await eventually(counted, COUNTED_WITHIN)
    return _growing_channels(before, await metrics_of(engine, world))


def _growing_channels(before: str, now: str) -> frozenset[str]:
    """Return the channels by which attempts were made in between."""
    known = {one.labels.get("channel", "") for one in samples(now, ATTEMPTS)}
    return frozenset(one for one in known if _grown(before, now, ATTEMPTS, {"channel": one}) > 0)


def _of_alerts(metrics: str, channels: frozenset[str]) -> list[tuple[str, dict[str, str]]]:
    """Return by which names and labels handing over to alerting is counted."""
    told = [(name, dict(one.labels)) for name in (DELIVERED, ATTEMPTS) for one in samples(metrics, name)]
    own = {DELIVERED: ("surface", {"alert"}), ATTEMPTS: ("channel", channels)}
    return [(name, labels) for name, labels in told if labels.get(own[name][0]) in own[name][1]]


def _grown(before: str, now: str, name: str, labels: dict[str, str]) -> float:
    """Return by how much a number grew, over all replicas and all labels but these."""
    then, since = (
        sum(one.value for one in samples(text, name) if labels.items() <= dict(one.labels).items())
        for text in (before, now)
    )
    return since - then
