"""ERIS: the receipts that the engine has really delivered.

Rule: presence is waited for; a number ("exactly one", "none") is only claimed once everything has settled:
what must come is there (an engine may deliver any receipt in the background, in any order), and so is the
receipt of a later decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fakes.control import ErisControl
from harness.driving.answers import Object
from harness.driving.dependencies.base import Dependency, eventually
from harness.driving.failures import GivenRefusedError, MissingEvidenceError, not_exercised
from harness.driving.receipts import Receipt
from harness.driving.recorder import DEPENDENCY

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.driving.givens import Given
    from harness.driving.people import People

RECEIVE = "POST /v1/evidence/receipts"
ARRIVES_WITHIN = 12.0


class Eris(Dependency):
    """The evidence store."""

    async def receipts(
        self, wanted: Callable[[Receipt], bool] | None = None, *, tenant: str | None = None
    ) -> list[Receipt]:
        """Return a tenant's receipts (this one's) as they are now, in the order of the chain."""
        held = await self.held(tenant or self._place.tenant)
        self._place.recorder.look(DEPENDENCY)
        return [receipt for receipt in held if wanted is None or wanted(receipt)]

    async def receipt_of(
        self, decision_id: str, *, kind: str = "decision", tenant: str | None = None
    ) -> Receipt:
        """Wait for the receipt that names a decision, to read it; that there is one is FR-12's to show."""
        what = f"a receipt of kind {kind} for decision {decision_id}"
        try:
            found = await self.awaited(
                lambda receipt: receipt.kind == kind and receipt.decision_id == decision_id,
                what,
                tenant=tenant,
            )
        except MissingEvidenceError as missing:
            raise _no_receipt(str(missing)) from missing
        return found[0]

    async def awaited(
        self,
        wanted: Callable[[Receipt], bool],
        what: str,
        *,
        at_least: int = 1,
        within: float = ARRIVES_WITHIN,
        tenant: str | None = None,
    ) -> list[Receipt]:
        """Wait until at least so many receipts are wanted ones; too few in time is the engine's failure."""
        found: list[Receipt] = []
        self._place.recorder.claim()

        async def enough() -> bool:
            found[:] = await self.receipts(wanted, tenant=tenant)
            return len(found) >= at_least

        if not await eventually(enough, within):
            rejected = await self.rejections(tenant)
            reasons = f"; ERIS rejected: {rejected}" if rejected else ""
            missing = f"{what} did not reach ERIS within {within:g} s"
            raise MissingEvidenceError(f"{missing} ({len(found)} of {at_least}){reasons}")
        return found

    async def settled(self, given: Given, people: People | None = None, *, due: int) -> list[Receipt]:
        """Return a tenant's receipts once all are surely there, without the one that shows it.

        `due`: how many there must be; if fewer come in time, those that did are returned.
        """
        tenant = people or given.people
        marker = await given.decision(tenant.another_developer())
        return await self.settled_after(marker.id, due=due, tenant=tenant.tenant)

    async def settled_after(
        self, marker: str, *, due: int, tenant: str | None = None, within: float = ARRIVES_WITHIN
    ) -> list[Receipt]:
        """Return a tenant's receipts (this one's) but that of the decision `marker`, made last of all.

        `due`: as in `settled`. `within`: how many seconds that decision's receipt, and then the others, have.
        """
        whose = tenant or self._place.tenant

        async def marked() -> bool:
            return any(receipt.decision_id == marker for receipt in await self.held(whose))

        async def all_due() -> bool:
            return len(await self.held(whose)) > due

        if not await eventually(marked, within):
            raise _no_receipt(f"no receipt within {within:g} s of a decision")
        await eventually(all_due, within)
        return await self.receipts(lambda receipt: receipt.decision_id != marker, tenant=whose)

    @property
    def store(self) -> ErisControl:
        """Return the control client, as ERIS has it; without the engine's key it takes no receipt."""
        if not self._place.key_known:
            not_exercised("the profile names no public key of this engine ([target] signing_public_key)")
        control = self.control
        assert isinstance(control, ErisControl)
        return control

    async def rejections(self, tenant: str | None = None) -> list[str]:
        """Return why receipts of a tenant (this one) were refused."""
        stored = await self.store.receipts(tenant or self._place.tenant)
        self._place.recorder.look(DEPENDENCY)
        return [letter.reason for letter in stored.dead_letters]

    async def held(self, tenant: str) -> list[Receipt]:
        """Return a tenant's receipts without taking them as evidence."""
        stored = await self.store.receipts(tenant)
        return [
            Receipt(item.receipt, Object(msgspec.structs.asdict(item.meta), "meta"))
            for item in stored.receipts
        ]


def _no_receipt(detail: str) -> GivenRefusedError:
    return GivenRefusedError("a decision leaves a receipt", "POST /decide", ("FR-12",), detail)
