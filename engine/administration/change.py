"""The receipt and the audit line of an admin change; both say what changed without any text of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from engine.receipts.content import Judgement, Scene, Subject, receipt
from engine.values.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.storage.playbooks import StoredPlaybook
    from engine.values.caller import Caller


def change_receipt(
    caller: Caller,
    what: str,
    now: datetime,
    *,
    before: StoredPlaybook | None,
    after: StoredPlaybook,
) -> dict[str, Any]:
    """Return the receipt of a change of a playbook."""
    return receipt(
        new_id(),
        now,
        subject=Subject("admin", playbooks=((after.playbook_id, after.content.version),)),
        scene=Scene(caller.tenant_id, caller.actor_type),
        judgement=Judgement("pass", f"{what} by an admin"),
        result={"change": what, "before": summary(before), "after": summary(after)},
    )


def summary(playbook: StoredPlaybook | None) -> Mapping[str, Any] | None:
    """Return what identifies a state of a playbook; the digest stands for its texts."""
    if playbook is None:
        return None
    content = playbook.content
    return {
        "playbook_id": playbook.playbook_id,
        "version": content.version,
        "status": playbook.status,
        "action_types": [action.type for action in content.actions],
        "content_sha256": hashlib.sha256(content.model_dump_json().encode()).hexdigest(),
    }
