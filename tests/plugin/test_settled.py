"""How many receipts there are is only said once what must be there has come, in whatever order it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from fakes.control import ErisControl
from harness.driving.dependencies.base import Place
from harness.driving.dependencies.eris import Eris
from harness.driving.failures import GivenRefusedError
from harness.driving.recorder import Recorder
from tests.fakes.evidence import store
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from harness.driving.receipts import Receipt

A, B, C, D, MARKER = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(5))


class Arriving(Eris):
    """An ERIS to which an engine delivers in the background: one receipt more whenever it is read."""

    under_way: tuple[str, ...] = ()

    async def held(self, tenant: str) -> list[Receipt]:
        if self.under_way:
            arriving, *rest = self.under_way
            self.under_way = tuple(rest)
            arrived = receipt(tenant)
            arrived["inputs"]["decision_id"] = arriving
            assert (await store(self.store, arrived)).status == 200
        return await super().held(tenant)


@pytest.fixture
async def delivered(fake_urls: dict[str, str]) -> AsyncIterator[Callable[..., Arriving]]:
    """Return a maker of an ERIS that the receipts of these decisions reach, in this order."""
    control = ErisControl("eris", fake_urls["eris"])
    place = Place(Recorder("a::scenario", lambda _: None), str(uuid4()), exclusive=True)

    def made(*decisions: str) -> Arriving:
        eris = Arriving("eris", control, place)
        eris.under_way = decisions
        return eris

    yield made
    await control.aclose()


async def settled(eris: Eris, *, due: int, within: float = 12.0) -> list[str | None]:
    return [one.decision_id for one in await eris.settled_after(MARKER, due=due, within=within)]


async def test_a_receipt_too_many_is_seen_if_the_last_ones_is_late(
    delivered: Callable[..., Arriving],
) -> None:
    eris = delivered(A, B, C, D, MARKER)

    assert await settled(eris, due=1) == [A, B, C, D]


async def test_a_due_receipt_may_come_after_the_last_ones(delivered: Callable[..., Arriving]) -> None:
    eris = delivered(MARKER, A, B, C, D)

    assert await settled(eris, due=4) == [A, B, C, D]


async def test_a_due_receipt_that_does_not_come_is_waited_for_in_vain(
    delivered: Callable[..., Arriving],
) -> None:
    eris = delivered(MARKER, A, B)

    assert await settled(eris, due=3, within=1.0) == [A, B]


async def test_nothing_is_settled_where_the_last_ones_receipt_never_comes(
    delivered: Callable[..., Arriving],
) -> None:
    eris = delivered(A, B)

    with pytest.raises(GivenRefusedError, match=r"no receipt within 1 s"):
        await settled(eris, due=1, within=1.0)
