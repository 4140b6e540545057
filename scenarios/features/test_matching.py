"""Which playbooks fire: a trigger fits the signal, and all conditions fit the context."""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    ABSENT,
    CREATED,
    EngineClient,
    Given,
    People,
    a_context,
    a_mirror,
    a_playbook,
    a_signal,
    parametrize,
    requirement,
)

# trigger, a signal that fits it, a signal that does not
TRIGGERS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "event type": (
        {"event_type": "build.failed"},
        {"event_type": "build.failed"},
        {"event_type": "build.failed.again"},
    ),
    "source": ({"source": "ci"}, {"source": "ci"}, {"source": "monitoring"}),
    "severity, the same": ({"severity": "high"}, {"severity": "high"}, {"severity": "warn"}),
    "severity, higher": ({"severity": "warn"}, {"severity": "critical"}, {"severity": "info"}),
    "severity, not given": ({"severity": "warn"}, {"severity": "warn"}, {"severity": ABSENT}),
    "all parts": (
        {"event_type": "build.failed", "source": "ci", "severity": "high"},
        {"event_type": "build.failed", "source": "ci", "severity": "critical"},
        {"event_type": "build.failed", "source": "ci", "severity": "warn"},
    ),
    "event type, not given": (
        {"event_type": "build.failed"},
        {"event_type": "build.failed"},
        {"event_type": ABSENT},
    ),
}
# condition, a context that fits it, a context that does not
CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "branch": ({"type": "branch", "value": "release"}, {"branch": "release"}, {"branch": "main"}),
    "repository": ({"type": "repo", "value": "repo-7"}, {"repo_id": "repo-7"}, {"repo_id": "repo-77"}),
    "environment": (
        {"type": "environment", "value": "prod"},
        {"environment": "prod"},
        {"environment": "stage"},
    ),
    "branch, not given": ({"type": "branch", "value": "main"}, {"branch": "main"}, {"branch": ABSENT}),
}


@requirement("UT-MMM-01", "FR-3")
@parametrize(("trigger", "fitting", "other"), TRIGGERS.values(), ids=TRIGGERS.keys())
async def test_a_playbook_fires_when_its_trigger_fits_the_signal(
    trigger: dict[str, Any],
    fitting: dict[str, Any],
    other: dict[str, Any],
    engine: EngineClient,
    people: People,
    given: Given,
) -> None:
    """A playbook fires when all parts of a trigger fit the signal (severity: that or higher), else not."""
    playbook = await given.published_playbook(a_playbook(triggers=[trigger]))

    fits = await engine.decide(people.another_developer(), signal=a_signal(**fitting))
    differs = await engine.decide(people.another_developer(), signal=a_signal(**other))

    assert fits.decision.playbooks == [playbook["playbook_id"]]
    assert differs.decision.playbooks == []


@requirement("UT-MMM-01", "FR-3")
@parametrize(("condition", "fitting", "other"), CONDITIONS.values(), ids=CONDITIONS.keys())
async def test_a_playbook_fires_where_its_condition_fits_the_context(
    condition: dict[str, Any],
    fitting: dict[str, Any],
    other: dict[str, Any],
    engine: EngineClient,
    people: People,
    given: Given,
) -> None:
    """A playbook fires where its condition fits the context, and nowhere else."""
    playbook = await given.published_playbook(a_playbook(conditions=[condition]))

    fits = await engine.decide(people.another_developer(), context=a_context(**fitting))
    differs = await engine.decide(people.another_developer(), context=a_context(**other))

    assert fits.decision.playbooks == [playbook["playbook_id"]]
    assert differs.decision.playbooks == []


@requirement("UT-MMM-01", "FR-3")
async def test_any_trigger_is_enough_and_every_condition_is_needed(
    engine: EngineClient, people: People, given: Given
) -> None:
    """One fitting trigger of several is enough; one condition of several that does not fit is too much."""
    triggers = [{"event_type": "build.failed"}, {"event_type": "risk.alert"}]
    conditions = [{"type": "branch", "value": "main"}, {"type": "environment", "value": "prod"}]
    playbook = await given.published_playbook(a_playbook(triggers=triggers, conditions=conditions))
    second = a_signal(event_type="risk.alert")

    fits = await engine.decide(people.developer, signal=second, context=a_context(environment="prod"))
    half = await engine.decide(
        people.another_developer(), signal=second, context=a_context(environment="stage")
    )

    assert fits.decision.playbooks == [playbook["playbook_id"]]
    assert half.decision.playbooks == []


@requirement("UT-MMM-01", "FR-3")
async def test_a_trigger_and_a_condition_can_ask_for_a_role(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Triggers and conditions that name roles fire for callers who have one of them, compared whole."""
    lead = people.someone("lead", roles=("developer", "team_lead"))
    similar = people.someone("similar", roles=("team_lead_assistant", "lead"))
    trigger = {"event_type": "build.failed", "actor_roles": ["team_lead", "architect"]}
    by_trigger = await given.published_playbook(a_playbook(name="Trigger", triggers=[trigger]))
    condition = {"type": "role", "value": "team_lead"}
    by_condition = await given.published_playbook(a_playbook(name="Condition", conditions=[condition]))

    has_it = await engine.decide(lead)
    has_not = await engine.decide(similar)

    assert sorted(has_it.decision.playbooks) == sorted(
        [by_trigger["playbook_id"], by_condition["playbook_id"]]
    )
    assert has_not.decision.playbooks == []


@requirement("UT-MMM-01")
async def test_a_condition_can_ask_for_the_type_of_actor(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook for AI agents fires for an AI agent and not for a human, as the token says."""
    condition = {"type": "actor_type", "value": "ai_agent"}
    playbook = await given.published_playbook(a_playbook(conditions=[condition]))

    agent = await engine.decide(people.ai_agent)
    human = await engine.decide(people.developer)

    assert agent.decision.playbooks == [playbook["playbook_id"]]
    assert human.decision.playbooks == []


@requirement("UT-MMM-01", "FR-3")
async def test_a_condition_of_an_unknown_type_never_fits(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook with a condition that nobody knows is refused when written, or never fires."""
    known = await given.published_playbook(a_playbook(name="Known"))
    condition = {"type": "phase_of_the_moon", "value": "full"}

    written = await engine.create_playbook(a_playbook(name="Unknown", conditions=[condition]))
    if written.status in CREATED:
        await engine.publish_playbook(written.object.string("playbook_id"))
    decided = await engine.decide(people.developer)

    assert written.status in {*CREATED, 422}
    assert decided.decision.playbooks == [known["playbook_id"]]


@requirement("UT-MMM-01", "FR-3")
async def test_without_a_signal_only_playbooks_without_triggers_fire(
    engine: EngineClient, given: Given
) -> None:
    """A playbook with triggers does not fire without a signal; one without triggers fits everything."""
    await given.published_playbook(a_playbook(name="Triggered", triggers=[{"severity": "info"}]))
    await given.published_playbook(a_playbook(name="For a role", triggers=[{"actor_roles": ["developer"]}]))
    always = await given.published_playbook(a_playbook(name="Always"))

    reply = await engine.decide(signal=ABSENT)

    assert reply.decision.playbooks == [always["playbook_id"]]


@requirement("UT-MMM-01")
async def test_where_nothing_matches_the_answer_is_an_empty_list(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Where nothing matches there is no filler nudge, but an empty list."""
    await given.published_playbook(a_playbook(triggers=[{"event_type": "risk.alert"}]))

    nothing = await engine.decide(people.developer, signal=a_signal(event_type="build.failed"))
    something = await engine.decide(people.another_developer(), signal=a_signal(event_type="risk.alert"))

    assert nothing.status == 200
    assert len(nothing.decision.actions) == 0
    assert len(something.decision.actions) == 1


@requirement("FR-7")
async def test_the_more_important_playbook_comes_first(engine: EngineClient, given: Given) -> None:
    """Actions come in the order of their playbooks' priority, as numbers: 100 before 20, and 20 before 9."""
    for priority in (20, 100, 9):
        action = a_mirror(f"Priority {priority}")
        playbook = a_playbook(name=f"Playbook {priority}", actions=[action], limits={"priority": priority})
        await given.published_playbook(playbook)

    reply = await engine.decide()

    assert reply.decision.titles == ["Priority 100", "Priority 20", "Priority 9"]


# What a signal is, and whether it fits the first trigger, the second, both or none.
SIGNALS: dict[str, tuple[dict[str, Any], int]] = {
    "the first fits": ({"event_type": "risk.alert", "severity": "info"}, 1),
    "the second fits": ({"event_type": "build.failed", "severity": "critical"}, 1),
    "both fit": ({"event_type": "risk.alert", "severity": "high"}, 1),
    "none fits": ({"event_type": "build.failed", "severity": "warn"}, 0),
}


@requirement("UT-MMM-01", "FR-3")
@parametrize(("parts", "times"), SIGNALS.values(), ids=SIGNALS.keys())
async def test_triggers_that_ask_for_different_things_each_fire_and_a_playbook_comes_once(
    parts: dict[str, Any], times: int, engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook comes once where any of its triggers fits: that of an event, that of a severity, or both.

    Another playbook, which fits everything, always comes.
    """
    always = await given.published_playbook(a_playbook(name="Always"))
    triggers = [{"event_type": "risk.alert"}, {"severity": "high"}]
    playbook = await given.published_playbook(a_playbook(name="Either", triggers=triggers))

    reply = await engine.decide(people.developer, signal=a_signal(**parts))

    assert sorted(reply.decision.playbooks) == sorted(
        [always["playbook_id"], *[playbook["playbook_id"]] * times]
    )
