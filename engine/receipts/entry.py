"""A receipt as it waits in the outbox: signed once, so that every attempt sends the very same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.receipts.signing import SigningKey, sign
from engine.storage.outbox import ERIS, Entry

if TYPE_CHECKING:
    from datetime import datetime


def receipt_entry(receipt: dict[str, Any], key: SigningKey, now: datetime) -> Entry:
    """Sign a receipt and make it ready to be kept."""
    return Entry(
        entry_id=receipt["receipt_id"],
        channel=ERIS,
        tenant_id=receipt["tenant_id"],
        body=json.dumps(sign(receipt, key), ensure_ascii=False),
        attempts=0,
        created_at=now,
    )
