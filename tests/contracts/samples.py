"""Good messages: what each dependency and the engine may be sent and may answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UUID = "7f1f2a52-8c0f-4c39-9d3c-3a3c5a4f6b10"
OTHER_UUID = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"
TIME = "2026-03-02T10:15:00Z"
HASH = "a" * 64
JSON = {"Content-Type": "application/json"}
SECURITY = {
    "X-Request-ID": "r-1",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
}


def a_receipt(kind: str = "decision", **members: object) -> dict[str, Any]:
    """Return a good receipt of that kind."""
    return {**_common(kind), **_of_kind(kind), **members}


def _common(kind: str) -> dict[str, Any]:
    return {
        "receipt_id": UUID,
        "gate_id": "mmm",
        "schema_version": "1.0.0",
        "tenant_id": "tenant-a",
        "plane": "product_cloud",
        "environment": "dev",
        "module_id": "mmm-engine",
        "emitter_service": "mmm-engine",
        "policy_version_ids": ["policy-1"],
        "snapshot_hash": f"sha256:{HASH}",
        "timestamp_utc": "2026-03-02T10:15:00.250000Z",
        "timestamp_monotonic_ms": 81234.5,
        "evaluation_point": "pre-commit",
        "inputs": {"kind": kind, "signal_ids": [], "playbooks": [], "policy_snapshot_id": "snapshot-1"},
        "decision": {"status": "pass", "rationale": "One playbook fits.", "badges": []},
        "result": {},
        "actor": {"repo_id": "repo-1", "type": "human"},
        "evidence_handles": [],
        "degraded": False,
        "risk": {"score": 0.2, "flags": [], "safety_checks_passed": True},
        "kid": "key-1",
        "signature_algo": "ed25519",
        "signature": f"sig-ed25519:key-1:{'A' * 86}==",
    }


def _of_kind(kind: str) -> dict[str, Any]:
    inputs = _common(kind)["inputs"]
    playbooks = [{"id": OTHER_UUID, "version": "1.0.0"}]
    no_decision: dict[str, Any] = {
        "inputs": {**inputs, "playbooks": playbooks, "policy_snapshot_id": None},
        "evaluation_point": "pre-deploy",
        "policy_version_ids": [],
        "snapshot_hash": None,
        "risk": None,
        "actor": {"repo_id": "none", "type": "human"},
    }
    decided = {"decision_id": UUID, "playbooks": playbooks, "signal_ids": ["signal-1"]}
    kinds: dict[str, dict[str, Any]] = {
        "decision": {"inputs": {**inputs, **decided}, "result": {"types": ["mirror"], "surfaces": ["ide"]}},
        "outcome": {
            "inputs": {**inputs, "decision_id": UUID, "action_id": OTHER_UUID, "outcome_id": UUID},
            "parent_receipt_id": OTHER_UUID,
            "result": {"outcome": "shown"},
        },
        "approval": {
            "inputs": {**inputs, "decision_id": UUID, "action_id": OTHER_UUID, "approval_id": UUID},
            "actor": {"repo_id": "repo-1", "type": "human", "machine_fingerprint": "f" * 16},
        },
        "admin": {
            **no_decision,
            "result": {"before": None, "after": {"status": "draft", "actions": [{"n": 1}]}},
        },
        "erasure": {**no_decision, "result": {"decisions": 3, "outcomes": 1}},
    }
    return kinds[kind]


KINDS = ("decision", "outcome", "approval", "admin", "erasure")


@dataclass(frozen=True)
class Asked:
    """A good request."""

    document: str
    method: str
    path: str
    body: Any = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """A good answer."""

    document: str
    method: str
    path: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


RECEIPTS = "/v1/evidence/receipts"
POLICY = "/v1/policy/tenants/tenant-a/evaluate"
CONTEXT = {"repo_id": "r", "branch": "main", "actor_type": "human", "source": "ide", "environment": "dev"}
BATCH = {
    "batch_id": "b-1",
    "tenant_id": "t",
    "emitter_service": "mmm-engine",
    "sequence_numbers": [1],
    "merkle_root": HASH,
    "receipts": [a_receipt()],
    "timestamp": TIME,
}
SEARCH = {"tenant_id": "t", "from": TIME, "decision.status": "pass", "actor.repo_id": "r", "limit": 1000}
GENERATE = {
    "prompt": "Why did it fail?",
    "tenant_id": "t",
    "actor_id": "a",
    "actor_type": "human",
    "operation_type": "chat",
    "system_prompt_id": "mmm-mentor",
    "dry_run": False,
}
NOTIFICATION = {
    "notification_id": UUID,
    "tenant_id": "t",
    "decision_id": UUID,
    "action_id": OTHER_UUID,
    "severity": "critical",
    "title": "Build failed",
    "body": "2 of 40 tests failed.",
}
SUBJECT = {"subject": {"sub": "s", "roles": ["developer"]}, "action": "mmm.decide", "resource": "mmm_engine"}
BUNDLE = {"bundle_id": "b", "version": "1", "policies": [{"id": "p", "rules": [], "status": "active"}]}

REQUESTS = [
    Asked("iam", "POST", "/verify", {"token": "a.b.c"}),
    Asked("iam", "POST", "/decision", SUBJECT),
    Asked("iam", "PUT", "/policies", BUNDLE, headers={"X-Idempotency-Key": "k"}),
    Asked("iam", "GET", "/.well-known/jwks.json"),
    Asked("policy", "POST", POLICY, {"context": CONTEXT}),
    Asked("policy", "GET", "/v1/standards", query="tenant_id=t&framework=mmm&repo_id=r"),
    Asked("eris", "POST", RECEIPTS, a_receipt()),
    Asked("eris", "POST", f"{RECEIPTS}/bulk", [a_receipt(), {"not": "a receipt"}]),
    Asked("eris", "POST", f"{RECEIPTS}/courier-batch", BATCH),
    Asked("eris", "GET", f"{RECEIPTS}/{UUID}/chain", query="direction=siblings&max_depth=3&limit=1"),
    Asked("eris", "POST", "/v1/evidence/search", SEARCH),
    Asked("eris", "POST", "/v1/evidence/aggregate", {"tenant_id": "t", "group_by": ["day"]}),
    Asked("eris", "POST", "/v1/evidence/verify_range", {"tenant_id": "t", "chain_id": "t:p:dev:mmm-engine"}),
    Asked("eris", "POST", "/v1/evidence/export", {"tenant_id": "t", "format": "csv", "compression": "zip"}),
    Asked("llm", "POST", "/v1/llm/generate", GENERATE),
    Asked("ubi", "GET", "/v1/ubi/signals/recent", query="tenant_id=t&actor_id=a%20b&limit=100"),
    Asked("governance", "GET", "/v1/data-governance/tenants/t/config"),
    Asked("alerting", "POST", "/api/v1/notifications/mmm", NOTIFICATION),
    Asked("otlp", "POST", "/v1/traces", {"resourceSpans": []}),
    Asked("engine", "GET", "/playbooks", query="status=draft&limit=20&offset=0"),
    Asked("engine", "POST", f"/playbooks/{UUID}/publish"),
]

_WHO = {
    "sub": "s",
    "tenant_id": "t",
    "actor_type": "human",
    "roles": ["developer"],
    "scope": ["mmm.read"],
    "valid_until": TIME,
}
_EVALUATED = {
    "allowed": True,
    "policy_snapshot_id": "snapshot-1",
    "policy_version_ids": ["v1"],
    "restrictions": ["multiplier"],
    "snapshot_hash": f"sha256:{HASH}",
}
_META = {
    "hash": HASH,
    "prev_hash": "0" * 64,
    "chain_id": "t:product_cloud:dev:mmm-engine",
    "sequence": 0,
    "received_at": TIME,
    "signature_verification_status": "verified",
}
_STORED = {
    "receipt_id": UUID,
    "signature_verification_status": "not_present",
    "hash": HASH,
    "chain_id": "t:product_cloud:dev:mmm-engine",
}
_ERIS_ERROR = {
    "error": {
        "code": "SIGNATURE_VERIFICATION_FAILED",
        "message": "unknown key",
        "details": {"field": "kid", "expected": None, "actual": None, "reason": "unknown"},
        "retryable": False,
        "request_id": "r",
        "timestamp": TIME,
    }
}
_ERROR = {"error": {"code": "BAD", "message": "no", "retryable": False, "request_id": "r"}}
_GENERATED = {
    "response_id": "r",
    "content": "text",
    "safety": {
        "status": "pass",
        "risk_flags": [{"risk_class": "x", "severity": "low"}],
        "redaction_summary": None,
    },
}
_GOVERNANCE = {
    "quiet_hours": {"start": 0, "end": 0},
    "retention_days": {"decisions": 90, "outcomes": 365},
    "legal_hold": False,
    "data_residency": "eu",
    "privacy_tags": [],
}
_SIGNAL = {
    "signal_id": "s",
    "tenant_id": "t",
    "actor_id": "a",
    "dimension": "flow",
    "severity": "warn",
    "created_at": TIME,
}
_STANDARDS = {"items": [{"standard_id": "s", "version": "1", "allowed": True, "restrictions": []}]}
_IAM_ERROR = {"error_code": "AUTH_FAILED", "message": "no", "correlation_id": "c", "retriable": False}
_IAM = {"X-Request-ID": "r"}
_PLAYBOOK = {
    "playbook_id": UUID,
    "tenant_id": "t",
    "version": "1.0.0",
    "name": "Build failures",
    "status": "draft",
    "triggers": [],
    "conditions": [{"type": "branch", "value": "main"}],
    "actions": [{"type": "mirror", "surfaces": ["ide"], "payload": {"title": "t", "body": "b"}}],
    "limits": {},
    "created_at": TIME,
    "updated_at": TIME,
}
_EXPERIMENT = {
    "experiment_id": UUID,
    "tenant_id": "t",
    "name": "Shorter titles",
    "status": "draft",
    "config": {"share": 0.5},
    "created_at": TIME,
    "updated_at": TIME,
}

_METRICS = {
    "tenant_id": "t",
    "period": {"start": "2026-03-02", "end": None},
    "aggregates": {
        "decisions_total": 1,
        "actions_total": 1,
        "actions_by_type": {"mirror": 1, "mentor": 0, "multiplier": 0},
        "outcomes_total": 0,
        "outcomes_by_result": {"shown": 0, "ignored": 0, "dismissed": 0, "accepted": 0, "failed": 0},
    },
}


def an_action(**members: object) -> dict[str, Any]:
    """Return a mirror as decide answers it."""
    return {
        "action_id": OTHER_UUID,
        "type": "mirror",
        "surfaces": ["ide"],
        "payload": {"title": "Build failed", "body": "2 of 40 tests failed."},
        "requires_consent": False,
        "requires_dual_channel": False,
        "playbook_id": UUID,
        "playbook_version": "1.0.0",
        **members,
    }


def a_decision(*actions: dict[str, Any], **members: object) -> dict[str, Any]:
    """Return what decide answers."""
    decision = {
        "decision_id": UUID,
        "tenant_id": "t",
        "actor_id": "a",
        "actor_type": "human",
        "actions": list(actions),
        "created_at": TIME,
        "policy_snapshot_id": None,
        "degraded_mode": False,
        "latency_warning": False,
    }
    return {"decision": {**decision, **members}}


def an_approval(**members: object) -> dict[str, Any]:
    """Return the approval of an action that nobody has approved yet."""
    return {
        "approval_id": OTHER_UUID,
        "action_id": UUID,
        "decision_id": UUID,
        "actor_id": "a",
        "approver_id": None,
        "status": "pending",
        "first_approval_at": None,
        "second_approval_at": None,
        "created_at": TIME,
        "updated_at": TIME,
        **members,
    }


ENGINE_ERROR = {"error": {**_ERROR["error"], "details": {"field": "tenant_id"}, "timestamp": TIME}}

ANSWERS = [
    Answered("iam", "POST", "/verify", 200, {"valid": True, **_WHO, "claims": _WHO}, _IAM),
    Answered("iam", "POST", "/verify", 401, _IAM_ERROR, _IAM),
    Answered("iam", "POST", "/decision", 200, {"decision": "ALLOW", "reason": "", "receipt_id": UUID}, _IAM),
    Answered("policy", "POST", POLICY, 200, _EVALUATED),
    Answered("policy", "POST", POLICY, 503, _ERROR),
    Answered("policy", "GET", "/v1/standards", 200, _STANDARDS),
    Answered("eris", "POST", RECEIPTS, 200, _STORED),
    Answered("eris", "POST", RECEIPTS, 400, _ERIS_ERROR),
    Answered("eris", "GET", f"{RECEIPTS}/{UUID}", 200, {"receipt": a_receipt(), "meta": _META}),
    Answered("eris", "POST", "/v1/evidence/search", 200, {"receipts": [a_receipt()], "next_cursor": None}),
    Answered("llm", "POST", "/v1/llm/generate", 200, _GENERATED),
    Answered("ubi", "GET", "/v1/ubi/signals/recent", 200, {"signals": [_SIGNAL]}),
    Answered("governance", "GET", "/v1/data-governance/tenants/t/config", 200, _GOVERNANCE),
    Answered(
        "alerting", "POST", "/api/v1/notifications/mmm", 202, {"notification_id": UUID, "status": "duplicate"}
    ),
    Answered("otlp", "POST", "/v1/logs", 200, {}),
    Answered("engine", "POST", "/decide", 200, a_decision(an_action()), SECURITY),
    Answered("engine", "POST", "/decide", 422, ENGINE_ERROR, SECURITY),
    Answered("engine", "POST", "/playbooks", 201, _PLAYBOOK, SECURITY),
    Answered("engine", "GET", "/playbooks", 200, [_PLAYBOOK], SECURITY),
    Answered("engine", "PUT", f"/playbooks/{UUID}", 200, _PLAYBOOK, SECURITY),
    Answered("engine", "POST", f"/playbooks/{UUID}/publish", 200, {"status": "published"}, SECURITY),
    Answered(
        "engine",
        "POST",
        f"/decisions/{UUID}/outcomes",
        202,
        {"outcome_id": UUID, "status": "accepted"},
        SECURITY,
    ),
    Answered(
        "engine",
        "POST",
        f"/actions/{UUID}/approve",
        200,
        {"status": "rejected", "approval": an_approval(status="rejected")},
        SECURITY,
    ),
    Answered("engine", "GET", f"/actions/{UUID}/approval-status", 200, an_approval(), SECURITY),
    Answered("engine", "GET", "/experiments", 200, [_EXPERIMENT], SECURITY),
    Answered("engine", "POST", "/experiments", 201, _EXPERIMENT, SECURITY),
    Answered("engine", "PUT", f"/experiments/{UUID}", 200, _EXPERIMENT, SECURITY),
    Answered("engine", "POST", f"/experiments/{UUID}/activate", 200, {"status": "active"}, SECURITY),
    Answered("engine", "GET", "/tenants/t/metrics", 200, _METRICS, SECURITY),
    Answered("engine", "GET", "/ready", 503, {"status": "no", "unavailable_dependencies": ["iam"]}, SECURITY),
]
