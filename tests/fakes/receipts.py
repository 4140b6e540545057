"""Receipts and their signatures, made without any code of the fakes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Signer:
    key: Ed25519PrivateKey
    kid: str

    @classmethod
    def new(cls, kid: str = "key-1") -> Signer:
        return cls(Ed25519PrivateKey.generate(), kid)

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def signed(self, unsigned: dict[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
        whole = {**unsigned, "kid": self.kid, **members}
        signature = base64.b64encode(self.key.sign(rfc8785.dumps(whole))).decode()
        return {**whole, "signature": f"sig-ed25519:{self.kid}:{signature}"}


def receipt(tenant_id: str = "tenant-1", **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
    whole = {
        "receipt_id": str(uuid4()),
        "gate_id": "mmm",
        "schema_version": "1.0.0",
        "tenant_id": tenant_id,
        "plane": "product_cloud",
        "environment": "dev",
        "module_id": "mmm-engine",
        "emitter_service": "mmm-engine",
        "policy_version_ids": ["policy-1"],
        "snapshot_hash": "sha256:" + "0" * 64,
        "timestamp_utc": "2026-01-02T03:04:05.000006Z",
        "timestamp_monotonic_ms": 12345.5,
        "evaluation_point": "pre-commit",
        "inputs": {
            "kind": "decision",
            "decision_id": str(uuid4()),
            "signal_ids": ["signal-1"],
            "playbooks": [{"id": str(uuid4()), "version": "1.0.0"}],
            "policy_snapshot_id": "snapshot-1",
        },
        "decision": {"status": "pass", "rationale": "One playbook fits.", "badges": []},
        "result": {"types": ["mirror"], "surfaces": ["ide"], "title": "Grüße: {three} checks; failed"},
        "actor": {"repo_id": "repo-1", "type": "human"},
        "evidence_handles": [],
        "degraded": False,
        "risk": {"score": 0.25, "flags": [], "safety_checks_passed": True},
        "kid": "key-1",
        "signature_algo": "ed25519",
    }
    return {**whole, **members}


def digest(whole: dict[str, Any]) -> str:
    return sha256(rfc8785.dumps(whole)).hexdigest()
