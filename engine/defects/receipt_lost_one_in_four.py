"""One receipt of a decision in four is never kept, so it can never be delivered."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from engine.decide import keep
from engine.defects.defect import Defect
from engine.storage import outbox

if TYPE_CHECKING:
    from engine.services import Services
    from engine.storage.outbox import Entry

EVERY = 4


class _LosingDelivery:
    """Delivers as before, but drops every fourth receipt before anybody has seen it."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._sound = keep.deliver_first

    async def __call__(self, services: Services, receipt: Entry) -> str | None:
        if next(self._numbers) % EVERY:
            return await self._sound(services, receipt)
        async with services.database.writing() as connection:
            await outbox.forget(connection, [receipt.entry_id])
        return "delivered"


def plant() -> None:
    """Lose every fourth receipt."""
    keep.deliver_first = _LosingDelivery()


DEFECT = Defect(
    id="receipt-lost-one-in-four",
    requirements=("FR-12", "IT-MMM-01"),
    story="One decision in four leaves no receipt, though its answer says that it was delivered.",
    plant=plant,
)
