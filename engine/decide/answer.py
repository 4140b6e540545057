"""What goes out: the answer (engine.md 5.2) and the notifications."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.storage.outbox import ALERTING, Entry

if TYPE_CHECKING:
    from datetime import datetime

    from engine.decide.keep import Kept
    from engine.values.action import Action
    from engine.values.surroundings import Facts
    from engine.values.words import Source

OBJECTIVE_SECONDS: dict[Source, float] = {"ide": 0.150, "ci": 0.500}


def answer(
    keeping: Kept, facts: Facts, actions: tuple[Action, ...], *, stale: bool, late: bool
) -> dict[str, Any]:
    """Return the body of the answer."""
    decision = keeping.decision
    return {
        "decision": {
            "decision_id": decision.decision_id,
            "tenant_id": decision.tenant_id,
            "actor_id": decision.actor_id,
            "actor_type": facts.actor_type,
            "actions": [_shown(action) for action in actions],
            "created_at": decision.created_at.isoformat(timespec="milliseconds"),
            "policy_snapshot_id": decision.policy_snapshot_id,
            "degraded_mode": keeping.degraded,
            "policy_stale": stale,
            "latency_warning": late,
            "receipt_status": "delivered" if keeping.delivery == "delivered" else "pending",
        }
    }


def is_late(facts: Facts, seconds: float) -> bool:
    """Say whether a decision took longer than its objective."""
    return seconds > OBJECTIVE_SECONDS[facts.source]


def notifications(decision_id: str, facts: Facts, actions: tuple[Action, ...], now: datetime) -> list[Entry]:
    """Return what alerting is to be told: a message for each alert action, which goes by the action's id."""
    severity = (facts.signal.severity if facts.signal else None) or "info"
    alerts = [action for action in actions if "alert" in action.surfaces]
    bodies = (_notification(decision_id, facts, action, severity) for action in alerts)
    return [_entry(body, facts, now) for body in bodies]


def _notification(decision_id: str, facts: Facts, action: Action, severity: str) -> dict[str, str]:
    return {
        "notification_id": action.action_id,
        "tenant_id": facts.tenant_id,
        "decision_id": decision_id,
        "action_id": action.action_id,
        "severity": severity,
        "title": action.title,
        "body": action.body,
    }


def _entry(body: dict[str, str], facts: Facts, now: datetime) -> Entry:
    text = json.dumps(body, ensure_ascii=False)
    return Entry(body["notification_id"], ALERTING, facts.tenant_id, text, attempts=0, created_at=now)


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
