"""Actions go to known surfaces; those for alerting reach it after the answer, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    ABSENT,
    CANONICAL,
    NOTIFY,
    Alerting,
    EngineClient,
    Given,
    Object,
    People,
    a_mentor,
    a_mirror,
    a_playbook,
    a_signal,
    each_of,
    eventually,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Decision

ARRIVES_WITHIN = 8.0
# Within alerting's time-out (2.0 s), and as long as that allows: a busy machine may be slow by itself.
LATE = 1.8


async def notifications(alerting: Alerting, decision: Decision, at_least: int) -> list[Object]:
    """Return what alerting was told of a decision, once it is enough or time is up."""
    told: list[Object] = []

    async def enough() -> bool:
        heard = [Object(entry.request_body, "a notification") for entry in await alerting.calls(NOTIFY)]
        told[:] = [one for one in heard if one["decision_id"] == decision.id]
        return len(told) >= at_least

    await eventually(enough, ARRIVES_WITHIN)
    return told


@requirement("FR-8")
@parametrize("severity", ["info", "warn", "high", "critical", None])
async def test_an_action_for_alerting_reaches_it_once(
    severity: str | None, engine: EngineClient, people: People, given: Given, alerting: Alerting
) -> None:
    """An action for alerting is notified once, with the signal's severity; others are not."""
    alert, quiet = a_mirror("For alerting", surfaces=["alert", "ide"]), a_mirror("For the IDE")
    await given.published_playbook(a_playbook(actions=[alert, quiet]))
    signal = ABSENT if severity is None else a_signal(severity=severity)

    decided = await engine.decide(people.developer, signal=signal)
    later = await engine.decide(people.another_developer(), signal=signal)

    actions = {action.object("payload")["title"]: action for action in decided.decision.actions}
    assert sorted(actions["For alerting"].strings("surfaces")) == ["alert", "ide"]
    assert actions["For the IDE"].strings("surfaces") == ["ide"]
    assert await notifications(alerting, later.decision, at_least=1)
    told = await notifications(alerting, decided.decision, at_least=1)
    assert len({one["notification_id"] for one in told}) == 1
    for notification in each_of(told):
        assert notification["action_id"] == actions["For alerting"]["action_id"]
        assert notification["title"] == "For alerting"
        assert notification["severity"] == (severity or "info")
        assert notification["tenant_id"] == people.tenant


@requirement("IT-MMM-02", "FR-8")
async def test_a_critical_alert_becomes_a_mirror_and_a_mentor_that_reach_alerting(
    engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A critical alert yields a mirror and a mentor, before all else, and both reach alerting as critical."""
    surfaces = ["alert", "ide"]
    urgent = a_playbook(
        name="Urgent",
        triggers=[{"event_type": "risk.alert", "severity": "critical"}],
        actions=[a_mirror("Error rate", surfaces=surfaces), a_mentor("Roll back", surfaces=surfaces)],
        limits={"priority": 100},
    )
    await given.published_playbook(urgent)
    await given.published_playbook(a_playbook(name="Later", actions=[a_mirror("By the way")]))

    reply = await engine.decide(signal=a_signal(event_type="risk.alert", severity="critical"))

    assert sorted(reply.decision.titles[:2]) == ["Error rate", "Roll back"]
    assert sorted(reply.decision.types[:2]) == ["mentor", "mirror"]
    assert reply.decision.titles[2:] == ["By the way"]
    told = await notifications(alerting, reply.decision, at_least=2)
    assert sorted({one["title"] for one in told}) == ["Error rate", "Roll back"]
    assert {one["severity"] for one in told} == {"critical"}


@requirement("FR-8", "NFR-1")
async def test_a_slow_alerting_holds_no_answer_up(
    engine: EngineClient, people: People, given: Given, alerting: Alerting
) -> None:
    """Notifications go out after the answer: a slow alerting service delays none."""
    await alerting.delays(NOTIFY, LATE)
    await given.published_playbook(a_playbook(actions=[a_mirror("For alerting", surfaces=["alert"])]))

    reply = await engine.decide(people.developer)

    assert reply.seconds < LATE
    assert reply.decision.titles == ["For alerting"]
    told = await notifications(alerting, reply.decision, at_least=1)
    assert len({one["notification_id"] for one in told}) == 1


@requirement("FR-8", "FR-14")
async def test_what_was_not_proposed_is_not_delivered(
    engine: EngineClient, people: People, given: Given, alerting: Alerting
) -> None:
    """Alerting hears nothing of what preferences, a snooze or a quota took; of another actor's it does."""
    alerts = [a_mirror(f"Alert {n}", surfaces=["alert", "ide"]) for n in range(4)]
    await given.published_playbook(a_playbook(actions=alerts))
    choosy, silent = people.another_developer(), people.another_developer()
    await given.preferences(choosy, preferred_surfaces=["ide"])
    await given.snoozed(silent)

    unheard = [(await engine.decide(person)).decision for person in (choosy, silent)]
    heard = (await engine.decide(people.another_developer())).decision

    assert [len(decision.actions) for decision in (*unheard, heard)] == [3, 0, 3]
    told = await notifications(alerting, heard, at_least=3)
    assert sorted({one.string("title") for one in told}) == sorted(heard.titles)
    for decision in unheard:
        assert await notifications(alerting, decision, at_least=0) == []


@requirement("IT-MMM-02", "FR-8")
async def test_a_warning_is_no_critical_alert(
    engine: EngineClient, people: People, given: Given, alerting: Alerting
) -> None:
    """What waits for a critical alert does not fire for less, and alerting hears of the critical alone."""
    urgent = a_playbook(
        triggers=[{"event_type": "risk.alert", "severity": "critical"}],
        actions=[a_mirror("Error rate", surfaces=["alert"]), a_mentor("Roll back", surfaces=["alert"])],
    )
    await given.published_playbook(urgent)

    lesser = [
        await engine.decide(
            people.another_developer(), signal=a_signal(event_type="risk.alert", severity=severity)
        )
        for severity in ("info", "warn", "high")
    ]
    critical = await engine.decide(
        people.another_developer(), signal=a_signal(event_type="risk.alert", severity="critical")
    )

    assert [reply.decision.titles for reply in each_of(lesser)] == [[], [], []]
    assert sorted(critical.decision.titles) == ["Error rate", "Roll back"]
    assert len(await notifications(alerting, critical.decision, at_least=2)) >= 2
    heard = {
        Object(entry.request_body, "a notification")["decision_id"] for entry in await alerting.calls(NOTIFY)
    }
    assert heard == {critical.decision.id}


@requirement("FR-8", "UT-MMM-02")
async def test_a_notification_says_what_the_action_says(
    engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A notification has the title and body that the answer showed, and a UUID of its own for each action."""
    actions = [a_mirror("One", surfaces=["alert"]), a_mentor("Two", surfaces=["alert"])]
    await given.published_playbook(a_playbook(actions=actions))

    decision = (await engine.decide()).decision

    shown = {action["action_id"]: action.object("payload") for action in decision.actions}
    told = await notifications(alerting, decision, at_least=2)
    assert len({one["notification_id"] for one in told}) == len({one["action_id"] for one in told}) == 2
    for notification in each_of(told):
        payload = shown[notification["action_id"]]
        assert (notification["title"], notification["body"]) == (payload["title"], payload["body"])
        assert CANONICAL.fullmatch(notification.string("notification_id"))


@requirement("FR-8")
async def test_a_signal_that_is_silent_about_its_severity_is_told_as_info(
    engine: EngineClient, given: Given, alerting: Alerting
) -> None:
    """A notification's severity is info also where there is a signal, and it has none."""
    await given.published_playbook(a_playbook(actions=[a_mirror("For alerting", surfaces=["alert"])]))

    decision = (await engine.decide(signal=a_signal(severity=ABSENT))).decision

    told = await notifications(alerting, decision, at_least=1)
    assert [one["severity"] for one in each_of(told)] == ["info"] * len(told)
