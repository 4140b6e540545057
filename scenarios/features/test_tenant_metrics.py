"""Admins read what happened in their tenant, counted, and nothing of anybody in particular."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from harness.scenario import (
    EngineClient,
    Given,
    Object,
    People,
    Reply,
    a_mirror,
    a_multiplier,
    a_playbook,
    each_answered,
    each_of,
    not_exercised,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_DATES = {
    "a word": "yesterday",
    "no such day": "2026-02-30",
    "no offset": "2026-03-02T10:15:00",
    "a number": "1772446500",
}
EVERY_COUNT = (
    *("decisions", "actions", "actions mirror", "actions mentor", "actions multiplier", "outcomes"),
    *(f"outcomes {result}" for result in ("shown", "ignored", "dismissed", "accepted", "failed")),
)
# An engine need not read both: a day, and a moment with offset.
FORMS: tuple[Callable[[datetime], str], ...] = (
    lambda time: time.date().isoformat(),
    lambda time: time.isoformat(),
)


def counts(reply: Reply) -> dict[str, int]:
    """Return every count that there must be, by its path; an engine may tell more."""
    told = reply.object.object("aggregates")
    parts = {"actions": told.object("actions_by_type"), "outcomes": told.object("outcomes_by_result")}
    found = {f"{name} {word}": part[word] for name, part in parts.items() for word in sorted(part.members)}
    found |= {name: total(told, name) for name in ("decisions", "actions", "outcomes")}
    return {name: number for name, number in found.items() if name in EVERY_COUNT}


def total(told: Object, name: str) -> int:
    """Return how many there were in all."""
    number: int = told[f"{name}_total"]
    return number


async def forms_read(engine: EngineClient) -> list[Callable[[datetime], str]]:
    """Return in which forms, a day or a moment, the engine reads both ends of a period."""
    begin, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    replies = [await engine.tenant_metrics(start_date=told(begin), end_date=told(end)) for told in FORMS]
    each_answered(replies, (200, 422))
    return [told for told, reply in zip(FORMS, replies, strict=True) if reply.status == 200]


async def reads_hours(engine: EngineClient, begin: datetime, end: datetime) -> bool:
    """Tell whether an hour matters to an engine: one that takes a moment may still count by whole days.

    One decision was made between both ends, and none besides.
    """
    first, last = begin.isoformat(), end.isoformat()
    replies = [
        await engine.tenant_metrics(start_date=first, end_date=last),
        await engine.tenant_metrics(end_date=first),
        await engine.tenant_metrics(start_date=last),
    ]
    told = [counts(reply)["decisions"] if reply.status == 200 else None for reply in replies]
    return told == [1, 0, 0]


@requirement("FR-13")
async def test_decisions_actions_and_outcomes_are_counted(
    engine: EngineClient, people: People, given: Given
) -> None:
    """What two actors were shown and made of it is counted, exactly and by kind, and names neither."""
    await given.published_playbook(a_playbook(actions=[a_mirror("One"), a_multiplier()]))
    one = await given.decision_with_actions(people.developer)
    await given.decision_with_actions(people.another_developer())
    for result in ("shown", "accepted"):
        await given.outcome(one, people.developer, result)

    reply = await engine.tenant_metrics()

    assert reply.status == 200
    assert reply.object["tenant_id"] == people.tenant
    found = counts(reply)
    wanted = {"decisions": 2, "actions": 4, "actions mirror": 2, "actions multiplier": 2}
    wanted |= {"outcomes": 2, "outcomes shown": 1, "outcomes accepted": 1}
    assert {name: number for name, number in found.items() if number} == wanted
    assert people.developer.sub not in reply.text
    assert one.id not in reply.text


@requirement("FR-13")
async def test_the_period_filters(engine: EngineClient, given: Given) -> None:
    """What lies outside the period is not counted; what lies well within is.

    What exactly a date means at both ends is the engine's choice, and so is whether it reads days, moments or
    both.
    """
    await given.published_playbook()
    await given.outcome(await given.decision_with_actions())
    now = datetime.now(UTC)
    before, after = (now - timedelta(days=3)), (now + timedelta(days=3))

    forms = await forms_read(engine)

    assert forms != []
    for told in forms:
        inside = [
            await engine.tenant_metrics(start_date=told(before), end_date=told(after)),
            await engine.tenant_metrics(start_date=told(before)),
            await engine.tenant_metrics(end_date=told(after)),
        ]
        outside = [
            await engine.tenant_metrics(start_date=told(after)),
            await engine.tenant_metrics(end_date=told(before)),
        ]

        each_answered([*inside, *outside], 200)
        assert [counts(reply)["decisions"] for reply in each_of(inside)] == [1, 1, 1]
        assert [counts(reply)["actions"] for reply in each_of(inside)] == [1, 1, 1]
        assert [counts(reply)["outcomes"] for reply in each_of(inside)] == [1, 1, 1]
        assert [sum(counts(reply).values()) for reply in each_of(outside)] == [0, 0]


@requirement("FR-13", "NFR-4")
@parametrize("value", BAD_DATES.values(), ids=BAD_DATES)
async def test_a_bad_date_is_refused(value: str, engine: EngineClient) -> None:
    """A date that is none is refused with 422, at either end.

    Whether an engine reads days, moments or both is its choice.
    """
    forms = await forms_read(engine)
    bad = [await engine.tenant_metrics(start_date=value), await engine.tenant_metrics(end_date=value)]

    assert forms != []
    each_answered(bad, 422)


@requirement("NFR-5", "FR-13")
async def test_another_tenant_is_neither_counted_nor_told(
    engine: EngineClient, people: People, given: Given
) -> None:
    """One tenant's counts hold nothing of another's, and an admin of another tenant is refused with 403."""
    others = people.elsewhere()
    for admin, caller in ((people.admin, people.developer), (others.admin, others.developer)):
        await given.published_playbook(by=admin)
        decision = await given.decision_with_actions(caller)
        await given.outcome(decision, caller)
    await given.decision_with_actions(others.another_developer())

    ours, theirs = await engine.tenant_metrics(), await engine.tenant_metrics(others.admin)
    foreign = await engine.tenant_metrics(others.admin, tenant=people.tenant)

    assert [counts(reply)["decisions"] for reply in each_of([ours, theirs])] == [1, 2]
    assert [counts(reply)["outcomes"] for reply in each_of([ours, theirs])] == [1, 1]
    assert foreign.status == 403
    assert "aggregates" not in foreign.text


@requirement("FR-13")
async def test_a_period_has_two_ends(engine: EngineClient, given: Given) -> None:
    """A period that is over before something happened, or begins after, counts none of it: no outcome either.

    Whether an engine reads days, moments or both is its choice.
    """
    await given.published_playbook()
    await given.outcome(await given.decision_with_actions())
    now, days = datetime.now(UTC), timedelta(days=1)

    forms = await forms_read(engine)

    assert forms != []
    for told in forms:
        around, before, after = [
            await engine.tenant_metrics(start_date=told(now + begin * days), end_date=told(now + end * days))
            for begin, end in ((-3, 3), (-9, -3), (3, 9))
        ]
        each_answered([around, before, after], 200)
        assert [counts(around)[name] for name in ("decisions", "actions", "outcomes")] == [1, 1, 1]
        assert [sum(counts(reply).values()) for reply in (before, after)] == [0, 0]


@requirement("FR-13")
@parametrize("hours", [-11, 5.5, 9])
async def test_an_offset_says_which_period_is_meant(hours: float, engine: EngineClient, given: Given) -> None:
    """A period from an hour ago until in an hour is that, whatever offset its ends are told with.

    An engine may read days alone, or count by them.
    """
    await given.published_playbook()
    await given.decision_with_actions()
    now, hour, there = datetime.now(UTC), timedelta(hours=1), timezone(timedelta(hours=hours))
    if not await reads_hours(engine, now - hour, now + hour):
        not_exercised("this engine reads no moments here, or none of UTC")
    begin, end = (now - hour).astimezone(there), (now + hour).astimezone(there)

    around = await engine.tenant_metrics(start_date=begin.isoformat(), end_date=end.isoformat())
    after = await engine.tenant_metrics(start_date=end.isoformat())

    each_answered([around, after], 200)
    assert [counts(reply)["decisions"] for reply in (around, after)] == [1, 0]


@requirement("FR-13")
async def test_what_never_happened_is_counted_as_none(engine: EngineClient, given: Given) -> None:
    """Every type of action and every result of an outcome has its count, also where nothing happened."""
    before = await engine.tenant_metrics()
    await given.published_playbook()
    await given.decision_with_actions()
    after = await engine.tenant_metrics()

    each_answered([before, after], 200)
    nothing = dict.fromkeys(EVERY_COUNT, 0)
    assert counts(before) == nothing
    assert counts(after) == nothing | {"decisions": 1, "actions": 1, "actions mirror": 1}
