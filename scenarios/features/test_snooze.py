"""Nobody is nudged who asked for silence, until the silence ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from harness.scenario import (
    CREATED,
    EngineClient,
    Given,
    People,
    a_mirror,
    a_playbook,
    asked_until,
    each_of,
    moment,
    parametrize,
    requirement,
)

SOON = timedelta(seconds=6)
ENDS_WITHIN = 20.0
PER_HOUR = 3
# Ours and the engine's clock; one that tells whole seconds is not wrong.
CLOCKS_DIFFER = timedelta(seconds=2)
NO_SNOOZE: dict[str, Any] = {
    "neither": {},
    "both": {"duration_hours": 1, "until": "2090-01-01T00:00:00Z"},
    "no hours": {"duration_hours": 0},
    "more than a year": {"duration_hours": 8761},
    "hours that are no number": {"duration_hours": "a while"},
    "a moment in the past": {"until": "2001-01-01T00:00:00Z"},
    "a moment without offset": {"until": "2090-01-01T00:00:00"},
    "no moment": {"until": "tomorrow"},
}


async def three_facts(given: Given) -> None:
    """Let as many actions fire as an actor may get in an hour."""
    await given.published_playbook(a_playbook(actions=[a_mirror(f"Fact {n}") for n in range(PER_HOUR)]))


def from_now(after: timedelta) -> str:
    """Return a moment from now, as RFC 3339 has it."""
    return (datetime.now(UTC) + after).isoformat(timespec="milliseconds")


@requirement("FR-10", "FR-14")
@parametrize("how", ["hours", "until"])
async def test_a_snoozed_actor_gets_nothing(
    how: str, engine: EngineClient, people: People, given: Given
) -> None:
    """Who snoozes gets an empty list at once, undegraded, however often it asks; others get theirs."""
    await three_facts(given)
    body = {"duration_hours": 1} if how == "hours" else {"until": from_now(timedelta(hours=1))}

    snoozed = await engine.snooze(body)
    silent = [await engine.decide() for _ in range(3)]
    other = await engine.decide(people.another_developer())

    assert snoozed.status in CREATED
    for reply in each_of(silent):
        assert reply.status == 200
        assert reply.decision.titles == []
        assert reply.decision["degraded_mode"] is False
    assert len(other.decision.titles) == PER_HOUR


@requirement("FR-10", "FR-7")
async def test_a_snooze_ends_and_has_spent_nothing(engine: EngineClient, given: Given) -> None:
    """When a snooze is over the actor gets all that its quota allows: nothing was spent meanwhile.

    Whether the times that an engine tells have fractions of a second is its choice.
    """
    await three_facts(given)
    end = datetime.now(UTC) + SOON

    snoozed = await engine.snooze({"until": end.isoformat(timespec="milliseconds")})
    replies = await asked_until(
        engine.decide, lambda reply: len(reply.decision.actions) > 0, within=ENDS_WITHIN
    )

    assert snoozed.status in CREATED
    assert len(replies[-1].decision.titles) == PER_HOUR
    assert moment(replies[-1].decision.string("created_at")) >= end.replace(microsecond=0)


@requirement("FR-10", "FR-14")
@parametrize("hours", [-11, 5.5, 9])
async def test_an_offset_says_which_moment_is_meant(hours: float, engine: EngineClient, given: Given) -> None:
    """A snooze until a moment ends at that moment, whatever offset it is told with."""
    await three_facts(given)
    end = datetime.now(UTC) + timedelta(minutes=30)
    there = end.astimezone(timezone(timedelta(hours=hours)))

    snoozed = await engine.snooze({"until": there.isoformat(timespec="milliseconds")})
    told = (await engine.read_preferences()).object.string("snooze_until")
    silent = await engine.decide()

    assert snoozed.status in CREATED
    assert abs((moment(told) - end).total_seconds()) <= 1
    assert silent.decision.titles == []


@requirement("FR-10", "FR-14")
async def test_nothing_but_the_actor_ends_a_snooze(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A change of other preferences, of the tenant's policy or of playbooks leaves a snooze as it is."""
    await given.snoozed()
    before = (await engine.read_preferences()).object["snooze_until"]

    await given.preferences(opt_out_categories=[], preferred_surfaces=["ide"])
    await given.tenant_policy(quotas={"max_actions_per_hour": 9, "max_actions_per_day": 9})
    await three_facts(given)
    urgent = await engine.decide(signal={"severity": "critical", "event_type": "risk.alert"})
    other = await engine.decide(people.another_developer())

    after = (await engine.read_preferences()).object["snooze_until"]
    assert before is not None
    assert after == before
    assert urgent.decision.titles == []
    assert len(other.decision.titles) == PER_HOUR


@requirement("FR-10", "NFR-4")
@parametrize("body", NO_SNOOZE.values(), ids=NO_SNOOZE.keys())
async def test_a_snooze_that_is_none_is_refused_and_changes_nothing(
    body: dict[str, Any], engine: EngineClient, given: Given
) -> None:
    """Exactly one of hours (1 to 8760) and a moment in the future with offset: anything else is 422."""
    await three_facts(given)

    refused = await engine.snooze(body)

    assert refused.status == 422
    assert (await engine.read_preferences()).object["snooze_until"] is None
    assert len((await engine.decide()).decision.titles) == PER_HOUR


@requirement("FR-10", "NFR-4")
async def test_a_snooze_that_would_be_over_already_is_refused(engine: EngineClient) -> None:
    """A snooze ends in the future: one until an hour ago is 422, and changes nothing."""
    passed = datetime.now(UTC) - timedelta(hours=1)

    refused = await engine.snooze({"until": passed.isoformat(timespec="seconds")})

    assert refused.status == 422
    assert (await engine.read_preferences()).object["snooze_until"] is None


@requirement("FR-10", "FR-13")
async def test_an_admin_may_give_an_actor_silence(engine: EngineClient, people: People, given: Given) -> None:
    """An admin's snooze of an actor of its tenant holds as the actor's own does, for that actor alone."""
    await three_facts(given)

    snoozed = await engine.snooze({"duration_hours": 8760}, people.tenant_admin, of=people.developer)
    silent = await engine.decide()
    other = await engine.decide(people.another_developer())

    assert snoozed.status in CREATED
    assert silent.decision.titles == []
    assert len(other.decision.titles) == PER_HOUR


@requirement("FR-10", "FR-14")
@parametrize("hours", [1, 48, 8760])
async def test_a_snooze_lasts_as_many_hours_as_it_says(hours: int, engine: EngineClient) -> None:
    """A snooze of hours ends that many hours after it was asked for."""
    asked = datetime.now(UTC)
    snoozed = await engine.snooze({"duration_hours": hours})
    answered = datetime.now(UTC)

    told = moment((await engine.read_preferences()).object.string("snooze_until"))
    assert snoozed.status in CREATED
    assert asked - CLOCKS_DIFFER <= told - timedelta(hours=hours) <= answered + CLOCKS_DIFFER
