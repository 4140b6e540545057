"""Quiet hours hold at their edges, whoever sets them, at any hour of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from harness.scenario import (
    CREATED,
    EngineClient,
    Given,
    Governance,
    People,
    Reply,
    a_playbook,
    a_signal,
    asked_until,
    each_answered,
    not_exercised,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from harness.scenario import Decision

Told = TypeVar("Told")
Window = tuple[int, int]
# From the hour that it is: where quiet hours start and end, and whether they are on.
EDGES = {
    "start with this hour": (0, 1, True),
    "ended with the last hour": (-1, 0, False),
    "start with the next hour": (1, 2, False),
    "are all hours but the last": (0, -1, True),
    "are all hours but this one": (1, 0, False),
    "are none": (0, 0, False),
    "are long, and this is the middle": (-11, 11, True),
}
TURNS = 3
UNDISTURBED_WITHIN = 10.0
UNAVAILABLE = 503
MANY = {"max_actions_per_hour": 99, "max_actions_per_day": 99}
# Governance's quiet hours, the tenant's, and how many of one action come: right should the hour turn too.
NOW, LATER, NONE = (0, 2), (6, 9), (0, 0)
OVERRULED = {
    "governance is quiet and the tenant is not": (NOW, LATER, 1),
    "the tenant is quiet and governance is not": (LATER, NOW, 0),
    "the tenant has none": (NOW, NONE, 1),
    "the tenant leaves it to governance, which is quiet": (NOW, None, 0),
    "the tenant leaves it to governance, which is not": (LATER, None, 1),
}


async def in_one_hour(ask: Callable[[int], Awaitable[Told]]) -> Told:
    """Ask, with the hour that it is, in such a way that it is still that hour when the answer is there."""
    for _ in range(TURNS):
        hour = datetime.now(UTC).hour
        told = await ask(hour)
        if datetime.now(UTC).hour == hour:
            break
    return told


def hours(start: int, end: int) -> dict[str, int]:
    """Return quiet hours, over midnight where need be."""
    return {"start": start % 24, "end": end % 24}


@requirement("UT-MMM-03", "FR-7")
@parametrize(("start", "end", "quiet"), EDGES.values(), ids=EDGES.keys())
@parametrize("whose", ["tenant", "governance", "playbook"])
async def test_start_is_in_and_end_is_out(
    whose: str,
    start: int,
    end: int,
    *,
    quiet: bool,
    engine: EngineClient,
    people: People,
    given: Given,
    governance: Governance,
) -> None:
    """From their start until before their end nothing is proposed; where both are the same there are none.

    A playbook's own quiet hours silence that playbook alone.
    """
    free = await given.published_playbook(a_playbook(name="Free"))
    limited = [free["playbook_id"]]

    async def ask(hour: int) -> Reply:
        own = hours(hour + start, hour + end)
        if whose == "tenant":
            await given.tenant_policy(quiet_hours=own)
        elif whose == "governance":
            await governance.says(quiet_hours=own)
        else:
            silent = a_playbook(name=f"At {hour}", limits={"quiet_hours": own})
            limited.append((await given.published_playbook(silent))["playbook_id"])
        return await engine.decide(people.another_developer())

    reply = await in_one_hour(ask)

    assert reply.status == 200
    assert (limited[-1] in reply.decision.playbooks) is not quiet
    assert (free["playbook_id"] in reply.decision.playbooks) is (whose == "playbook" or not quiet)


def windows(hour: int) -> list[Window]:
    """Return quiet hours of every kind: by day and over midnight, now, earlier and later.

    Just before and after midnight there are not all of them: none by day ended over an hour ago at one.
    """
    marks = sorted({0, (hour - 1) % 24, hour, (hour + 1) % 24, 23})
    return [(start, end) for start in marks for end in marks]


def within(hour: int, window: Window) -> bool:
    """Say whether an hour is less far from the start than the end is, as the clock goes round."""
    start, end = window
    return (hour - start) % 24 < (end - start) % 24


async def undisturbed(people: People, engine: EngineClient) -> Decision:
    """Decide for somebody to whom nothing was proposed yet, until the engine has all that it asks for.

    What it proposes while a busy machine keeps something from it says nothing of the hour.
    """
    replies = await asked_until(
        lambda: engine.decide(people.another_developer()), _knows_all, within=UNDISTURBED_WITHIN
    )
    if not _knows_all(replies[-1]):
        not_exercised("the engine's dependencies answer it too late, again and again")
    return replies[-1].decision


def _knows_all(reply: Reply) -> bool:
    return reply.status != UNAVAILABLE and reply.decision["degraded_mode"] is False


@requirement("UT-MMM-03", "FR-7")
async def test_a_tenant_is_quiet_in_its_hours_alone(
    engine: EngineClient, people: People, given: Given
) -> None:
    """By day or over midnight: in a tenant's quiet hours nothing is proposed, and at any other hour it is."""
    await given.published_playbook()

    async def ask(hour: int) -> tuple[dict[Window, bool], int]:
        quiet = {}
        for window in windows(hour):
            await given.tenant_policy(quiet_hours=hours(*window))
            quiet[window] = not (await undisturbed(people, engine)).titles
        return quiet, hour

    quiet, hour = await in_one_hour(ask)

    assert [window for window in quiet if quiet[window] is not within(hour, window)] == []


@requirement("UT-MMM-03", "FR-7")
async def test_governances_quiet_hours_are_quiet_alone(
    engine: EngineClient, people: People, given: Given, governance: Governance
) -> None:
    """By day or over midnight: in governance's quiet hours nothing is proposed, at any other hour it is."""

    async def ask(hour: int) -> tuple[dict[Window, bool], int]:
        quiet = {}
        for window in windows(hour):
            others = people.elsewhere()  # an engine may remember for a while what governance said
            await given.published_playbook(by=others.admin)
            await governance.says(quiet_hours=hours(*window), tenant=others.tenant)
            quiet[window] = not (await undisturbed(others, engine)).titles
        return quiet, hour

    quiet, hour = await in_one_hour(ask)

    assert [window for window in quiet if quiet[window] is not within(hour, window)] == []


@requirement("UT-MMM-03", "FR-7")
async def test_a_playbook_is_silent_in_its_hours_alone(
    engine: EngineClient, people: People, given: Given
) -> None:
    """By day or over midnight: in its own quiet hours a playbook does not fire, at any other hour it does."""

    async def ask(hour: int) -> tuple[dict[Window, bool], int]:
        others = people.elsewhere()
        await given.tenant_policy(others.admin, quotas=MANY)
        written = {}
        for window in windows(hour):
            own = a_playbook(limits={"quiet_hours": hours(*window)})
            written[window] = (await given.published_playbook(own, by=others.admin))["playbook_id"]
        fired = (await undisturbed(others, engine)).playbooks
        return {window: one not in fired for window, one in written.items()}, hour

    quiet, hour = await in_one_hour(ask)

    assert [window for window in quiet if quiet[window] is not within(hour, window)] == []


@requirement("FR-7", "FR-13")
@parametrize(("governances", "own", "proposed"), OVERRULED.values(), ids=OVERRULED.keys())
async def test_the_tenants_quiet_hours_come_before_governances(
    governances: tuple[int, int],
    own: tuple[int, int] | None,
    proposed: int,
    *,
    engine: EngineClient,
    given: Given,
    governance: Governance,
) -> None:
    """The tenant policy's quiet hours hold, in either direction; where they are null, governance's do."""
    hour = datetime.now(UTC).hour
    await given.published_playbook()
    await governance.says(quiet_hours=hours(hour + governances[0], hour + governances[1]))
    await given.tenant_policy(quiet_hours=own and hours(hour + own[0], hour + own[1]))

    reply = await engine.decide()

    assert reply.status == 200
    assert len(reply.decision.actions) == proposed


@requirement("FR-7", "UT-MMM-03")
async def test_a_playbooks_own_quiet_hours_come_besides(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook that is quiet at another hour is silent in its tenant's quiet hours all the same."""
    others = people.elsewhere()
    hour = datetime.now(UTC).hour
    own = a_playbook(limits={"quiet_hours": hours(hour + LATER[0], hour + LATER[1])})
    await given.published_playbook(own)
    await given.published_playbook(own, by=others.admin)
    await given.tenant_policy(quiet_hours=hours(hour + NOW[0], hour + NOW[1]))

    quiet = await engine.decide()
    awake = await engine.decide(others.developer)

    assert quiet.decision.titles == []
    assert len(awake.decision.titles) == 1


@requirement("FR-7", "UT-MMM-03")
async def test_it_is_as_late_as_it_is_not_as_the_signal_says(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Quiet is by the hour of the decision, whenever the signal occurred."""
    others = people.elsewhere()
    now = datetime.now(UTC)
    earlier = a_signal(occurred_at=(now - timedelta(hours=4)).isoformat(timespec="milliseconds"))
    for admin, quiet in ((people.admin, NOW), (others.admin, (-5, -2))):
        await given.published_playbook(by=admin)
        await given.tenant_policy(admin, quiet_hours=hours(now.hour + quiet[0], now.hour + quiet[1]))

    quiet_now = await engine.decide(signal=earlier)
    quiet_then = await engine.decide(others.developer, signal=earlier)

    assert quiet_now.decision.titles == []
    assert len(quiet_then.decision.titles) == 1


@requirement("FR-13", "UT-MMM-03")
@parametrize(("start", "end"), [(0, 23), (23, 0)])
async def test_every_hour_of_the_day_can_be_named(start: int, end: int, engine: EngineClient) -> None:
    """The first and the last hour of the day begin and end quiet hours, of a tenant and of a playbook."""
    quiet = {"start": start, "end": end}

    ruled = await engine.update_tenant_policy({"quiet_hours": quiet})
    written = await engine.create_playbook(a_playbook(limits={"quiet_hours": quiet}))

    each_answered([ruled, written], CREATED)
    assert (await engine.read_tenant_policy()).object["quiet_hours"] == quiet
    assert (await engine.own_playbooks())[0].object("limits")["quiet_hours"] == quiet


@requirement("FR-13", "FR-7")
async def test_a_tenant_may_leave_it_to_governance_again(
    engine: EngineClient, given: Given, governance: Governance
) -> None:
    """Quiet hours that a tenant has set are none of its own any more once they are null."""
    hour = datetime.now(UTC).hour
    await given.published_playbook()
    await governance.says(quiet_hours=hours(hour + LATER[0], hour + LATER[1]))
    await given.tenant_policy(quiet_hours=hours(hour + NOW[0], hour + NOW[1]))

    before = await engine.decide()
    await given.tenant_policy(quiet_hours=None)
    after = await engine.decide()

    assert (await engine.read_tenant_policy()).object["quiet_hours"] is None
    assert before.decision.titles == []
    assert len(after.decision.titles) == 1
