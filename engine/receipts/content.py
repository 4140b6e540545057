"""What each kind of receipt says (engine.md 7): metadata alone, never a text that somebody wrote."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.values.words import Environment, Source

_POINTS: dict[Source, str] = {"ide": "pre-commit", "ci": "pre-merge"}
NO_REPOSITORY = "none"
NO_ENVIRONMENT: Environment = "dev"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something happened."""

    tenant_id: str
    actor_type: str
    source: Source | None = None
    environment: Environment | None = None
    repo_id: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision stood on."""

    policy_snapshot_id: str | None = None
    policy_version_ids: tuple[str, ...] = ()
    snapshot_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """How it ended, and why."""

    status: str
    rationale: str
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """What the actions could do; says nothing of the person."""

    score: float
    flags: tuple[str, ...] = ()
    safety_checks_passed: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What the receipt is about."""

    kind: str
    ids: Mapping[str, str] = field(default_factory=dict)
    signal_ids: tuple[str, ...] = ()
    playbooks: tuple[tuple[str, str], ...] = ()


def receipt(
    receipt_id: str,
    now: datetime,
    *,
    subject: Subject,
    scene: Scene,
    judgement: Judgement,
    result: Mapping[str, Any],
    basis: Basis = Basis(),
    risk: Risk | None = None,
    degraded: bool = False,
    parent_receipt_id: str | None = None,
) -> dict[str, Any]:
    """Return a whole receipt, still to be signed."""
    parent = {"parent_receipt_id": parent_receipt_id} if parent_receipt_id else {}
    return {
        "receipt_id": receipt_id,
        "gate_id": "mmm",
        "schema_version": "1.0.0",
        "tenant_id": scene.tenant_id,
        "plane": "product_cloud",
        "environment": scene.environment or NO_ENVIRONMENT,
        "module_id": "mmm-engine",
        "emitter_service": "mmm-engine",
        "policy_version_ids": list(basis.policy_version_ids),
        "snapshot_hash": basis.snapshot_hash,
        "timestamp_utc": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "timestamp_monotonic_ms": time.monotonic_ns() // 1_000_000,
        "evaluation_point": _POINTS[scene.source] if scene.source else "pre-deploy",
        "inputs": _inputs(subject, basis),
        "decision": {
            "status": judgement.status,
            "rationale": judgement.rationale,
            "badges": list(judgement.badges),
        },
        "result": dict(result),
        "actor": {"repo_id": scene.repo_id or NO_REPOSITORY, "type": scene.actor_type},
        "evidence_handles": [],
        "degraded": degraded,
        "risk": _risk(risk),
        **parent,
    }


def _inputs(subject: Subject, basis: Basis) -> dict[str, Any]:
    return {
        "kind": subject.kind,
        **subject.ids,
        "signal_ids": list(subject.signal_ids),
        "playbooks": [{"id": playbook_id, "version": version} for playbook_id, version in subject.playbooks],
        "policy_snapshot_id": basis.policy_snapshot_id,
    }


def _risk(risk: Risk | None) -> dict[str, Any] | None:
    if risk is None:
        return None
    return {
        "score": risk.score,
        "flags": list(risk.flags),
        "safety_checks_passed": risk.safety_checks_passed,
    }
