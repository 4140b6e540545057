"""Nobody waits for what need not be waited for: a dependency that hangs holds up its own work alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from harness.scenario import (
    CREATED,
    GENERATE,
    NOTIFY,
    RECEIVE,
    Alerting,
    EngineClient,
    Eris,
    Given,
    Iam,
    Llm,
    Object,
    Otlp,
    People,
    Policy,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    an_outcome,
    each_answered,
    each_of,
    eventually,
    not_exercised,
    own_world,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Dependency, Persona, Reply

# Shorter than the time-out of IAM and of ERIS (2.0 s), longer than ERIS may be waited for (0.8 s): the rest a
# busy machine gets.
ANSWERED_WITHIN = 1.9
# Traces are sent soon after.
TOLD_WITHIN = 8.0
# Alerting is told after the answer; engine.md does not say how soon.
ALERTED_WITHIN = 45.0
# Within the gateway's time-out (3.0 s).
SLOW_TEXT = 2.5
# Within what an answer may wait for ERIS (0.8 s).
NEARLY_TOO_LATE = 0.6
# The moments of what an engine does meanwhile are its choice: one decision shows little.
DECISIONS = 5
# By how much later whoever asked may notice its answer than alerting its call, and how often even more.
TOLD_FIRST = 0.3
TOO_OFTEN = 2


@requirement("NFR-6", "NFR-1")
@own_world()
async def test_whatever_hangs_health_answers(
    engine: EngineClient, iam: Iam, policy: Policy, eris: Eris
) -> None:
    """While IAM, policy or ERIS answers nothing, `/health` is 200 at once; only `/ready` asks them."""
    dependencies: list[Dependency] = [policy, eris, iam]
    alive: list[Reply] = []

    for dependency in dependencies:
        await dependency.never_answers()
        _, *health = await all_at_once(*(engine.public(name) for name in ("ready", "health", "health")))
        alive += health
        await dependency.heals()

    each_answered(alive, 200)
    assert [reply for reply in alive if reply.seconds >= ANSWERED_WITHIN] == []


@requirement("NFR-1")
async def test_a_slow_text_of_one_tenant_holds_up_no_text_of_another(
    engine: EngineClient, people: People, given: Given, llm: Llm
) -> None:
    """While one tenant's text is long in coming, others' texts are generated: none waits for its turn."""
    others = people.elsewhere()
    await llm.delays(GENERATE, SLOW_TEXT)
    for admin in (people.admin, others.admin):
        hint = a_mentor(llm_prompt="Say why {event} matters.")
        await given.published_playbook(a_playbook(actions=[hint]), by=admin)
    done: list[str] = []

    async def decided(name: str, person: Persona) -> Reply:
        reply = await engine.decide(person)
        done.append(name)
        return reply

    replies = await all_at_once(
        decided("slow", people.developer), *(decided("quick", others.another_developer()) for _ in range(3))
    )

    assert [len(reply.decision.titles) for reply in each_of(replies)] == [1] * 4
    assert done == ["quick"] * 3 + ["slow"]


@requirement("NFR-1", "RF-MMM-02")
@own_world()
async def test_no_answer_waits_long_for_eris(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """While ERIS answers nothing, outcomes, approvals and admin changes are answered as soon as decisions."""
    await given.published_playbook(a_playbook(actions=[a_multiplier(requires_dual_channel=True)]))
    decision = await given.decision_with_actions(people.developer)
    action = decision.actions[0].string("action_id")
    await eris.never_answers()

    replies = [
        await engine.report_outcome(decision.id, an_outcome(action), people.developer),
        await engine.approve(action),
        await engine.update_tenant_policy({"enabled_surfaces": ["ide"]}),
    ]

    each_answered(replies, 202, 200, CREATED)
    assert [reply for reply in replies if reply.seconds >= ANSWERED_WITHIN] == []


@requirement("FR-8")
@own_world()
async def test_alerting_hears_nothing_before_the_answer(
    engine: EngineClient, people: People, given: Given, eris: Eris, alerting: Alerting
) -> None:
    """Notifications go out after the answer, also where that waits a while for a receipt to arrive."""
    await given.published_playbook(a_playbook(actions=[a_mirror("For alerting", surfaces=["alert"])]))
    await eris.delays(RECEIVE, NEARLY_TOO_LATE)
    answered: dict[str, datetime] = {}

    for _ in range(DECISIONS):
        asked = datetime.now(UTC)
        reply = await engine.decide(people.another_developer())
        answered[reply.decision.id] = asked + timedelta(seconds=reply.seconds)
        assert reply.decision.titles == ["For alerting"]

    async def heard() -> dict[str, datetime]:
        """Return when alerting first heard of each decision."""
        calls = [(Object(one.request_body, "a notification"), one.at) for one in await alerting.calls(NOTIFY)]
        return {told.string("decision_id"): datetime.fromisoformat(at) for told, at in reversed(calls)}

    async def all_told() -> bool:
        return (await heard()).keys() >= answered.keys()

    assert await eventually(all_told, ALERTED_WITHIN)
    first = await heard()
    early = {name: (at - first[name]).total_seconds() for name, at in answered.items()}
    assert len([seconds for seconds in early.values() if seconds > TOLD_FIRST]) < TOO_OFTEN, early


@requirement("FR-8", "NFR-6")
@own_world()
async def test_without_eris_alerting_is_told_all_the_same(
    engine: EngineClient, people: People, given: Given, eris: Eris, alerting: Alerting
) -> None:
    """While ERIS is gone, an action for alerting reaches it all the same: it waits for no receipt."""
    await given.published_playbook(a_playbook(actions=[a_mirror("For alerting", surfaces=["alert"])]))
    await eris.goes_down()

    decision = (await engine.decide(people.developer)).decision

    async def told() -> bool:
        heard = [Object(entry.request_body, "a notification") for entry in await alerting.calls(NOTIFY)]
        return decision.id in [one["decision_id"] for one in heard]

    assert decision.titles == ["For alerting"]
    assert await eventually(told, ALERTED_WITHIN)


@requirement("NFR-1", "NFR-6")
@own_world()
async def test_a_collector_that_hangs_holds_nobody_up(
    engine: EngineClient, people: People, given: Given, otlp: Otlp
) -> None:
    """While a collector that was told takes no traces, decisions are made as ever."""
    await given.published_playbook()
    await otlp.never_answers()
    told = await engine.decide(people.another_developer())

    async def held_up() -> bool:
        return any(entry.fault for entry in await otlp.control.journal())

    if not await eventually(held_up, TOLD_WITHIN):
        not_exercised("the collector was told nothing meanwhile")
    replies = [await engine.decide(people.another_developer()) for _ in range(3)]

    each_answered([told, *replies], 200)
    assert [reply for reply in [told, *replies] if reply.seconds >= ANSWERED_WITHIN] == []
