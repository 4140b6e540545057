"""Section 2 and 7: the courier, with receivers that hang, refuse or come back, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine import background
from engine.background import Background
from engine.delivery.channel import Channel
from engine.delivery.courier import Courier
from engine.dependencies.breaker import Breaker
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.storage import outbox
from engine.storage.database import Database
from engine.storage.outbox import ALERTING, ERIS, Entry
from engine.storage.schema import OUTBOX
from tests.engine.house import pause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

WELL_PAST_A_LEASE = timedelta(minutes=1)
WAITS = (0.01, 0.02)


@dataclass(slots=True)
class Receiver:
    """Takes what is sent, fails while it is `away`, hangs while it is `mute`, and may refuse or crash."""

    away: bool = False
    mute: bool = False
    refuses: bool = False
    crashes: int = 0
    asked: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    async def send(self, body: dict[str, Any]) -> None:
        self.asked.append(body["id"])
        if self.crashes:
            self.crashes -= 1
            raise RuntimeError("the transport is closed")
        if self.refusals:
            raise RefusedError("receiver", self.refusals.pop())
        if self.mute:
            await asyncio.Event().wait()
        if self.away:
            raise UnavailableError("receiver", "away")
        if self.refuses:
            raise RefusedError("receiver", 400)
        self.taken.append(body["id"])


@dataclass(slots=True)
class Bench:
    """A courier with two receivers."""

    database: Database
    courier: Courier
    eris: Receiver
    alerting: Receiver
    breakers: dict[str, Breaker]
    counted: list[str]
    ended: list[str]

    async def kept(self, channel: str, count: int, age: timedelta = timedelta()) -> list[Entry]:
        """Keep entries that are as old as that: past their lease, they are anybody's to deliver."""
        now = datetime.now(UTC) - age
        entries = [entry(channel, now) for _ in range(count)]
        async with self.database.writing() as connection:
            await outbox.add(connection, entries, now)
        return entries

    async def attempts(self) -> list[tuple[str, int]]:
        """Return the state of all that is kept, and how often it was tried."""
        async with self.database.reading() as connection:
            kept = await connection.execute(select(OUTBOX.c.status, OUTBOX.c.attempts))
            return [(status, attempts) for status, attempts in kept]


def entry(channel: str, now: datetime) -> Entry:
    entry_id = str(uuid4())
    return Entry(entry_id, channel, "tenant-1", f'{{"id": "{entry_id}"}}', attempts=0, created_at=now)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = Database(f"sqlite:///{tmp_path / 'engine.db'}", pool_min=1, pool_max=4)
    await database.prepare()
    work, eris, alerting = Background(), Receiver(), Receiver()
    breakers = {name: Breaker(name, 5, 60.0) for name in (ERIS, ALERTING)}
    counted: list[str] = []
    ended: list[str] = []
    channels = {
        ERIS: Channel(ERIS, eris.send, breakers[ERIS], counted.append, WAITS, 0.02, keeps_refused=True),
        ALERTING: Channel(
            ALERTING, alerting.send, breakers[ALERTING], counted.append, WAITS, end=ended.append
        ),
    }
    courier = Courier(database, work, channels)
    yield Bench(database, courier, eris, alerting, breakers, counted, ended)
    await work.aclose()
    await courier.aclose()
    await database.aclose()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition; the test that waits in vain says so by its own name."""
    async with asyncio.timeout(20):
        while not await condition():
            await pause()


async def test_more_than_a_thousand_receipts_wait_and_each_arrives_once(bench: Bench) -> None:
    kept = await bench.kept(ERIS, 1_050, WELL_PAST_A_LEASE)
    bench.courier.start()

    await until(lambda: all_taken(bench.eris, len(kept)))

    assert sorted(bench.eris.taken) == sorted(one.entry_id for one in kept)
    assert len(bench.eris.asked) == len(kept)


async def all_taken(receiver: Receiver, count: int) -> bool:
    return len(receiver.taken) >= count


async def test_a_hung_channel_keeps_no_other_waiting(bench: Bench) -> None:
    bench.alerting.mute = True
    await bench.kept(ALERTING, 3, WELL_PAST_A_LEASE)
    await bench.kept(ERIS, 3, WELL_PAST_A_LEASE)
    bench.courier.start()
    await until(lambda: all_taken(bench.eris, 3))
    await bench.kept(ERIS, 3, WELL_PAST_A_LEASE)

    await until(lambda: all_taken(bench.eris, 6))

    assert len(bench.alerting.asked) == 3
    assert bench.alerting.taken == []


async def test_a_notification_is_tried_three_times_and_then_forgotten(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.alerting.away = True
    (notification,) = await bench.kept(ALERTING, 1)
    bench.courier.start()
    await bench.courier.post(notification)

    await until(lambda: given_up(bench))

    assert bench.alerting.asked == [notification.entry_id] * 3
    assert bench.counted == ["failed"] * 3
    assert f"alerting never took {notification.entry_id}" in caplog.messages


@pytest.mark.parametrize(
    ("refusals", "end"),
    [([], "delivered"), ([400], "rejected"), ([429] * 2, "delivered"), ([429] * 3, "failed")],
)
async def test_a_notification_ends_once_however_often_it_was_tried(
    bench: Bench, refusals: list[int], end: str
) -> None:
    bench.alerting.refusals = list(refusals)
    (notification,) = await bench.kept(ALERTING, 1)
    bench.courier.start()
    await bench.courier.post(notification)

    await until(lambda: all_ended(bench))

    assert bench.ended == [end]
    assert len(bench.counted) == max(len(refusals), 1) + (refusals == [429] * 2)


async def all_ended(bench: Bench) -> bool:
    return bench.ended != []


async def given_up(bench: Bench) -> bool:
    return await bench.attempts() == []


async def test_a_notification_that_is_refused_is_forgotten_and_a_receipt_is_not(bench: Bench) -> None:
    bench.alerting.refuses = bench.eris.refuses = True
    for channel in (ALERTING, ERIS):
        (one,) = await bench.kept(channel, 1)
        await bench.courier.post(one)

    await until(lambda: settled(bench))

    assert [len(one.asked) for one in (bench.alerting, bench.eris)] == [1, 1]
    assert bench.counted == ["rejected"] * 2


async def settled(bench: Bench) -> bool:
    return await bench.attempts() == [(outbox.REJECTED, 1)]


async def test_a_crash_of_an_attempt_is_a_failure_and_the_entry_arrives_later(bench: Bench) -> None:
    bench.eris.crashes = 3
    kept = [*await bench.kept(ERIS, 1), *await bench.kept(ERIS, 4, WELL_PAST_A_LEASE)]
    bench.courier.start()

    assert await bench.courier.post(kept[0]) == "failed"

    await until(lambda: all_taken(bench.eris, 5))
    assert sorted(bench.eris.taken) == sorted(one.entry_id for one in kept)


async def test_a_channel_that_crashed_begins_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, crashes = outbox.claim, iter(range(3))

    async def crashing(*asked: Any) -> list[Entry]:  # noqa: ANN401 -- whatever `claim` takes
        if next(crashes, None) is not None:
            raise RuntimeError("a mistake of ours")
        return await claim(*asked)

    monkeypatch.setattr(background, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "claim", crashing)
    (receipt,) = await bench.kept(ERIS, 1, WELL_PAST_A_LEASE)
    bench.courier.start()

    await until(lambda: all_taken(bench.eris, 1))

    assert bench.eris.taken == [receipt.entry_id]
    assert next(crashes, None) is None


async def test_while_the_circuit_is_open_no_attempt_is_made_or_counted(bench: Bench) -> None:
    open_circuit(bench.breakers[ALERTING])
    (notification,) = await bench.kept(ALERTING, 1)

    result = await bench.courier.post(notification)

    assert result == "held"
    assert (bench.alerting.asked, bench.counted) == ([], [])
    assert await bench.attempts() == [(outbox.PENDING, 0)]


def open_circuit(breaker: Breaker) -> None:
    for _ in range(breaker.failures_to_open):
        with pytest.raises(UnavailableError), breaker.attempt():
            raise UnavailableError(breaker.name, "away")


async def test_what_was_held_is_delivered_once_the_circuit_closes(bench: Bench) -> None:
    open_circuit(bench.breakers[ERIS])
    receipts = await bench.kept(ERIS, 20)
    bench.courier.start()
    await asyncio.gather(*map(bench.courier.post, receipts))
    bench.breakers[ERIS].recovery_seconds = 0.0

    await until(lambda: all_taken(bench.eris, 20))

    assert sorted(bench.eris.taken) == sorted(one.entry_id for one in receipts)
