"""Times are RFC 3339 with offset, and tell what they are called after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.scenario import (
    WITH_OFFSET,
    EngineClient,
    Given,
    a_playbook,
    a_signal,
    each_answered,
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


async def a_second_after(time: datetime) -> None:
    """Wait until times tell the difference: whether they have fractions of a second is the engine's."""

    async def later() -> bool:
        return datetime.now(UTC) > time + timedelta(seconds=1.1)

    await eventually(later, 4.0)


@requirement("FR-14")
async def test_preferences_tell_since_when_they_are_and_when_they_changed(engine: EngineClient) -> None:
    """A change of preferences moves `updated_at`, and leaves `created_at`."""
    changes = [await engine.update_preferences({"preferred_surfaces": ["ci"]})]
    before = (await engine.read_preferences()).object
    told = moment(before.string("updated_at"))

    await a_second_after(told)
    changes.append(await engine.update_preferences({"preferred_surfaces": ["ide"]}))
    after = (await engine.read_preferences()).object

    each_answered(changes, (200, 201))
    assert moment(after.string("created_at")) == moment(before.string("created_at"))
    assert moment(after.string("updated_at")) > told


@requirement("FR-13")
async def test_a_tenants_policy_tells_since_when_it_is_and_when_it_changed(engine: EngineClient) -> None:
    """A change of a tenant's policy moves `updated_at`, and leaves `created_at`."""
    changes = [await engine.update_tenant_policy({"enabled_surfaces": ["ci"]})]
    before = (await engine.read_tenant_policy()).object
    told = moment(before.string("updated_at"))

    await a_second_after(told)
    changes.append(await engine.update_tenant_policy({"enabled_surfaces": ["ide"]}))
    after = (await engine.read_tenant_policy()).object

    each_answered(changes, (200, 201))
    assert moment(after.string("created_at")) == moment(before.string("created_at"))
    assert moment(after.string("updated_at")) > told
