"""The witness of an admin change: a receipt and an audit line, both without any text that somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.receipts.content import Judgement, Scene, Subject, receipt
from engine.receipts.entry import receipt_entry
from engine.storage import outbox
from engine.values.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.services import Services
    from engine.storage.outbox import Entry
    from engine.values.caller import Caller


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to what; `before` and `after` identify its states."""

    what: str
    subject_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    playbooks: tuple[tuple[str, str], ...] = ()
    kind: Literal["admin", "erasure"] = "admin"


async def witness(
    services: Services, connection: AsyncConnection, caller: Caller, change: Change, now: datetime
) -> Entry:
    """Keep the receipt in the transaction of the change itself."""
    entry = receipt_entry(change_receipt(caller, change, now), services.key, now)
    await outbox.add(connection, [entry], now)
    return entry


def tell(services: Services, caller: Caller, change: Change, entry: Entry) -> None:
    """Once the change is kept for good: deliver the receipt and write down who did it."""
    services.courier.post(entry)
    services.audit.record(caller, change.what, change.subject_id, change.before, change.after)


def change_receipt(caller: Caller, change: Change, now: datetime) -> dict[str, Any]:
    """Return the receipt of an admin change."""
    return receipt(
        new_id(),
        now,
        subject=Subject(change.kind, playbooks=change.playbooks),
        scene=Scene(caller.tenant_id, caller.actor_type),
        judgement=Judgement("pass", f"{change.what} by an admin"),
        result={"change": change.what, "before": change.before, "after": change.after},
    )
