"""What goes out: the answer (engine.md 5.2) and the notifications."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.delivery.channel import ALERTING
from engine.storage.outbox import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from engine.values.action import Action
    from engine.values.surroundings import Facts
    from engine.values.words import ReceiptStatus, Source

OBJECTIVE_SECONDS: dict[Source, float] = {"ide": 0.150, "ci": 0.500}


def answer(
    decision_id: str,
    facts: Facts,
    actions: tuple[Action, ...],
    *,
    created_at: datetime,
    policy_snapshot_id: str | None,
    degraded: bool,
    stale: bool,
    late: bool,
    receipt_status: ReceiptStatus,
) -> dict[str, Any]:
    """Return the body of the answer."""
    return {
        "decision": {
            "decision_id": decision_id,
            "tenant_id": facts.tenant_id,
            "actor_id": facts.actor_id,
            "actor_type": facts.actor_type,
            "actions": [_shown(action) for action in actions],
            "created_at": created_at.isoformat(timespec="milliseconds"),
            "policy_snapshot_id": policy_snapshot_id,
            "degraded_mode": degraded,
            "policy_stale": stale,
            "latency_warning": late,
            "receipt_status": receipt_status,
        }
    }


def is_late(facts: Facts, seconds: float) -> bool:
    """Say whether a decision took longer than its objective."""
    return seconds > OBJECTIVE_SECONDS[facts.source]


def notifications(
    decision_id: str, facts: Facts, actions: tuple[Action, ...], now: datetime, new_id: Callable[[], str]
) -> list[Entry]:
    """Return what alerting is to be told, one message for each alert action."""
    severity = (facts.signal.severity if facts.signal else None) or "info"
    alerts = (action for action in actions if "alert" in action.surfaces)
    return [_notification(new_id(), decision_id, facts, action, severity, now) for action in alerts]


def _notification(
    notification_id: str, decision_id: str, facts: Facts, action: Action, severity: str, now: datetime
) -> Entry:
    body = {
        "notification_id": notification_id,
        "tenant_id": facts.tenant_id,
        "decision_id": decision_id,
        "action_id": action.action_id,
        "severity": severity,
        "title": action.title,
        "body": action.body,
    }
    text = json.dumps(body, ensure_ascii=False)
    return Entry(notification_id, ALERTING, facts.tenant_id, text, attempts=0, created_at=now)


def _shown(action: Action) -> dict[str, Any]:
    rationale = asdict(action.rationale) if action.rationale else None
    return {
        "action_id": action.action_id,
        "type": action.type,
        "surfaces": list(action.surfaces),
        "payload": {"title": action.title, "body": action.body, "rationale": rationale},
        "requires_consent": action.requires_consent,
        "requires_dual_channel": action.requires_dual_channel,
        "playbook_id": action.playbook_id,
        "playbook_version": action.playbook_version,
    }
