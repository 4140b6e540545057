"""Section 7: no receipt is lost or doubled, whatever happens to the engine."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.house import running_engine, talking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.house import Place

DOWN = {"kind": "status", "status": 503}


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    made: str = request.getfixturevalue("fresh")
    return made


async def test_receipts_survive_an_outage_and_a_kill(place: Place, database: str) -> None:
    with running_engine(place, database) as engine:
        async with talking(engine, place) as talk:
            script = await talk.eris.script("POST /v1/evidence/receipts", fault=DOWN)
            answered = {(await talk.decided())["decision_id"] for _ in range(12)}
            engine.process.signal(signal.SIGKILL)
            tenant = talk.tenant
            await talk.eris.heal(script)

    with running_engine(place, database) as again:
        async with talking(again, place) as talk:
            talk.tenant = tenant
            receipts = await talk.receipts(12)

    assert sorted(one["inputs"]["decision_id"] for one in receipts) == sorted(answered)


async def test_two_replicas_deliver_each_receipt_once(place: Place, fresh: str) -> None:
    with running_engine(place, fresh) as one, running_engine(place, fresh) as two:
        async with talking(one, place) as first, talking(two, place) as second:
            second.tenant, second.sub = first.tenant, first.sub
            script = await first.eris.script("POST /v1/evidence/receipts", fault=DOWN, times=30)
            await asyncio.gather(*(talk.decided() for talk in (first, second) for _ in range(10)))
            await first.eris.heal(script)

            receipts = await first.receipts(20)

            assert len({one["receipt_id"] for one in receipts}) == len(receipts) == 20
            told = [
                call
                for call in await first.eris.journal(tenant=first.tenant)
                if call.status in {200, 201, 202}
            ]
            assert sorted(call.request_body["receipt_id"] for call in told) == sorted(
                one["receipt_id"] for one in receipts
            )


async def test_it_stops_by_itself_when_it_is_told_to(place: Place, fresh: str) -> None:
    with running_engine(place, fresh) as engine:
        async with talking(engine, place) as talk:
            await talk.decided()
            engine.process.signal(signal.SIGTERM)
            code = await asyncio.to_thread(engine.process.wait, 5.0)

    assert code == 0
