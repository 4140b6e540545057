"""Times are RFC 3339 with offset, and tell what they are called after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.scenario import (
    WITH_OFFSET,
    EngineClient,
    Given,
    People,
    a_playbook,
    a_signal,
    each_answered,
    each_of,
    eventually,
    moment,
    parametrize,
    requirement,
)

# What follows the date.
SPELLINGS = {
    "in UTC": "T10:15:00Z",
    "west of it": "T10:15:00-11:00",
    "half an hour off": "T10:15:00+05:30",
    "a tenth of a second": "T10:15:00.5Z",
    "microseconds": "T10:15:00.123456+01:00",
    "nanoseconds": "T10:15:00.123456789Z",
}


@requirement("FR-1")
@parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
async def test_a_moment_may_be_written_in_every_way_that_there_is(
    spelling: str, engine: EngineClient, given: Given
) -> None:
    """A signal may say when it occurred with any offset, and as finely as RFC 3339 lets it."""
    playbook = await given.published_playbook(a_playbook())
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()

    reply = await engine.decide(signal=a_signal(occurred_at=f"{yesterday}{spelling}"))

    assert reply.status == 200
    assert reply.decision.playbooks == [playbook["playbook_id"]]


@requirement("FR-10", "FR-14")
@parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
async def test_a_snooze_ends_at_the_moment_however_it_is_written(spelling: str, engine: EngineClient) -> None:
    """A snooze may be told with any offset and any fraction of a second, and is told again with an offset."""
    until = f"{(datetime.now(UTC) + timedelta(days=2)).date()}{spelling}"

    snoozed = await engine.snooze({"until": until})

    told = (await engine.read_preferences()).object.string("snooze_until")
    each_answered([snoozed], (200, 201))
    assert WITH_OFFSET.fullmatch(told)
    assert abs((moment(told) - datetime.fromisoformat(until)).total_seconds()) <= 1


@requirement("FR-14", "FR-13")
@parametrize("whose", ["an actor", "a tenant"])
async def test_a_record_tells_since_when_it_is_and_when_it_changed(
    whose: str, engine: EngineClient, people: People
) -> None:
    """A change of preferences or of a tenant's policy moves `updated_at`, and leaves `created_at`.

    Whether times have fractions of a second is the engine's choice, so the second change waits for the next.
    """
    surfaces = "preferred_surfaces" if whose == "an actor" else "enabled_surfaces"
    change = engine.update_preferences if whose == "an actor" else engine.update_tenant_policy
    read = engine.read_preferences if whose == "an actor" else engine.read_tenant_policy
    by = people.developer if whose == "an actor" else people.admin

    changes = [await change({surfaces: ["ci"]}, by)]
    before = (await read(by)).object
    told = moment(before.string("updated_at"))

    async def a_second_later() -> bool:
        return datetime.now(UTC) > told + timedelta(seconds=1.1)

    await eventually(a_second_later, 4.0)
    changes.append(await change({surfaces: ["ide"]}, by))
    after = (await read(by)).object

    each_answered(each_of(changes), (200, 201))
    assert moment(after.string("created_at")) == moment(before.string("created_at"))
    assert moment(after.string("updated_at")) > told
