"""What a scenario of its own world may do to a dependency, seen at a fake that runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.control import FakeControl
from harness.driving.dependencies import Ubi
from harness.driving.dependencies.base import Place
from harness.driving.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reports.record import Event

PATH = "/v1/ubi/signals/recent"
SIGNALS = f"GET {PATH}"


@pytest.fixture
def recorder() -> Recorder:
    events: list[Event] = []
    return Recorder("a::scenario", events.append)


@pytest.fixture
async def ubi(fake_urls: dict[str, str], recorder: Recorder) -> AsyncIterator[Ubi]:
    control = FakeControl("ubi", fake_urls["ubi"])
    one = Ubi("ubi", control, Place(recorder, "t", exclusive=True))
    yield one
    await one.heals()
    await control.aclose()


async def asked(ubi: Ubi) -> httpx.Response:
    async with httpx.AsyncClient(base_url=ubi.control.url, trust_env=False) as client:
        return await client.get(PATH, params={"tenant_id": "t", "actor_id": "a", "limit": "1"})


async def test_an_answer_drips_and_is_whole_in_the_end(ubi: Ubi) -> None:
    await ubi.drips(SIGNALS, 100.0)

    began = time.monotonic()
    reply = await asked(ubi)

    assert reply.json() == {"signals": []}
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_outage_that_nobody_met_is_told_unless_it_may_be(
    ubi: Ubi, recorder: Recorder, *, allowed: bool
) -> None:
    await ubi.goes_down(may_be_idle=allowed)

    await ubi.heals()

    assert [one.hits for one in recorder.disturbances] == ([] if allowed else [0])


async def test_what_went_down_is_down_for_whoever_asks(ubi: Ubi) -> None:
    await ubi.goes_down(may_be_idle=True)

    with pytest.raises(httpx.HTTPError):
        await asked(ubi)

    await ubi.heals()
    assert (await asked(ubi)).status_code == 200
