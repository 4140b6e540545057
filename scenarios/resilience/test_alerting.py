"""Alerting fails first: an alert is tried again, and is still one."""

from __future__ import annotations

from harness.scenario import (
    NOTIFY,
    Alerting,
    EngineClient,
    Given,
    Object,
    a_mirror,
    a_playbook,
    each_of,
    eventually,
    own_world,
    parametrize,
    requirement,
)

# Longer than alerting's time-out (2.0 s): it took the notification, and the engine cannot know.
TOO_LATE = 2.6
# Two attempts, the wait between them, and a busy machine.
TOLD_WITHIN = 12.0


@requirement("FR-8", "IT-MMM-02")
@own_world()
@parametrize("how", ["fails", "confirms too late"])
async def test_an_alert_that_failed_at_first_is_sent_again_as_the_same_one(
    how: str, engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A notification that alerting did not confirm is sent again, and alerting knows it by its id."""
    await given.published_playbook(a_playbook(actions=[a_mirror("An alert", surfaces=["alert"])]))
    if how == "fails":
        await alerting.replies(NOTIFY, {"error": {}}, status=503, times=1)
    else:
        await alerting.delays(NOTIFY, TOO_LATE, times=1)

    decision = (await engine.decide()).decision
    told: list[Object] = []

    async def told_twice() -> bool:
        heard = [Object(entry.request_body, "a notification") for entry in await alerting.calls(NOTIFY)]
        told[:] = [one for one in heard if one["decision_id"] == decision.id]
        return len(told) > 1

    assert decision.titles == ["An alert"]
    assert decision["degraded_mode"] is False
    assert await eventually(told_twice, TOLD_WITHIN), "the notification was not sent again"
    assert len({one["notification_id"] for one in each_of(told)}) == 1
