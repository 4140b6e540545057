"""Alerting fails: an alert is tried again, not for ever, whoever is erased meanwhile; and it is still one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    NOTIFY,
    Alerting,
    EngineClient,
    Given,
    Object,
    People,
    a_mirror,
    a_playbook,
    each_of,
    eventually,
    own_world,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Decision

# Longer than alerting's time-out (2.0 s): it took the notification, and the engine cannot know.
TOO_LATE = 2.6
# Two attempts, the wait between them, and a busy machine.
TOLD_WITHIN = 12.0
# Three, and two waits: how long they are, engine.md does not say.
GIVEN_UP_WITHIN = 45.0
# Longer than the next wait would be, where each is twice as long as the one before and the first is short.
AGAIN_WITHIN = 3.0
AN_ALERT = [a_mirror("An alert", surfaces=["alert"])]


@requirement("FR-8", "IT-MMM-02")
@own_world()
@parametrize("how", ["fails", "confirms too late"])
async def test_an_alert_that_failed_at_first_is_sent_again_as_the_same_one(
    how: str, engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A notification that alerting did not confirm is sent again, and alerting knows it by its id."""
    await given.published_playbook(a_playbook(actions=AN_ALERT))
    if how == "fails":
        await alerting.replies(NOTIFY, {"error": {}}, status=503, times=1)
    else:
        await alerting.delays(NOTIFY, TOO_LATE, times=1)

    decision = (await engine.decide()).decision

    told = await _told(alerting, decision, at_least=2, within=TOLD_WITHIN)
    assert decision.titles == ["An alert"]
    assert decision["degraded_mode"] is False
    assert len(told) > 1, "the notification was not sent again"
    assert len({one["notification_id"] for one in each_of(told)}) == 1


@requirement("FR-8")
@own_world()
async def test_an_alert_that_alerting_never_takes_is_tried_three_times(
    engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A notification that alerting refuses to take for good is sent three times, as the same, and no more."""
    await given.published_playbook(a_playbook(actions=AN_ALERT))
    await alerting.replies(NOTIFY, {"error": {}}, status=503)

    decision = (await engine.decide()).decision

    tried = await _told(alerting, decision, at_least=3, within=GIVEN_UP_WITHIN)
    again = await _told(alerting, decision, at_least=4, within=AGAIN_WITHIN)
    assert decision.titles == ["An alert"]
    assert [len(tried), len(again)] == [3, 3]
    assert len({one["notification_id"] for one in each_of(tried)}) == 1


@requirement("PR-MMM-02", "FR-8")
@own_world()
async def test_an_alert_that_waits_is_sent_whoever_else_is_erased(
    engine: EngineClient, people: People, given: Given, alerting: Alerting
) -> None:
    """An erasure concerns one actor: a notification of another that waits to be confirmed is sent again."""
    await given.published_playbook(a_playbook(actions=AN_ALERT))
    leaving = people.another_developer()
    before = await given.decision_with_actions(leaving)
    heard = await _told(alerting, before, at_least=1, within=TOLD_WITHIN)
    await alerting.delays(NOTIFY, TOO_LATE, times=1)

    decision = (await engine.decide(people.developer)).decision
    first = await _told(alerting, decision, at_least=1, within=TOLD_WITHIN)
    erased = await engine.erase(leaving.sub)

    assert heard != [] != first
    assert erased.status == 204
    told = await _told(alerting, decision, at_least=2, within=TOLD_WITHIN)
    assert len(told) > 1, "the notification was not sent again"


async def _told(alerting: Alerting, decision: Decision, at_least: int, within: float) -> list[Object]:
    """Return what alerting was told of a decision, once it is enough or time is up."""
    told: list[Object] = []

    async def enough() -> bool:
        heard = [Object(entry.request_body, "a notification") for entry in await alerting.calls(NOTIFY)]
        told[:] = [one for one in heard if one["decision_id"] == decision.id]
        return len(told) >= at_least

    await eventually(enough, within)
    return list(told)
