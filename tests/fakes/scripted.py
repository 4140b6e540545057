"""Scripts for everything that a fake serves, each within the contract: what tests make of a quiet fake.

Each operation first fails in every way that its document has (and is slow, once), then answers something that
it never says by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.document import load_document
from tests.fakes.calls import ABSENT
from tests.fakes.receipts import receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fakes.control import FakeControl

HASH = "0123456789abcdef" * 4
AT = "2026-01-02T03:04:05.000006Z"
CLAIMS = {
    "sub": "somebody",
    "tenant_id": "t",
    "actor_type": "ai_agent",
    "roles": ["mmm_admin"],
    "scope": [],
    "valid_until": AT,
}
META = {
    "hash": HASH,
    "prev_hash": "0" * 64,
    "chain_id": "t:product_cloud:dev:mmm-engine",
    "sequence": 0,
    "received_at": AT,
    "signature_verification_status": "not_present",
}
SIGNAL = {
    "signal_id": "s",
    "tenant_id": "t",
    "actor_id": "a",
    "dimension": "focus",
    "severity": "critical",
    "created_at": AT,
}
UNHEALTHY = {"status": 503, "body": {"status": "unhealthy"}}

# By fake and operation. What is not here has one answer only: metrics and keys.
REPLIES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "iam": {
        "POST /verify": {"status": 200, "body": {"valid": True, **CLAIMS, "claims": CLAIMS}},
        "POST /decision": {
            "status": 200,
            "body": {"decision": "ELEVATION_GRANTED", "reason": "", "expires_at": AT, "receipt_id": ABSENT},
        },
        "PUT /policies": {"status": 202, "body": {"anything": [1]}},
        "GET /health": UNHEALTHY,
        "GET /config": {
            "status": 200,
            "body": {"module_id": "m", "version": "v", "issuer": "i", "audience": "a", "more": None},
        },
    },
    "eris": {
        "POST /v1/evidence/receipts": {
            "status": 200,
            "body": {
                "receipt_id": ABSENT,
                "signature_verification_status": "verified",
                "hash": HASH,
                "chain_id": META["chain_id"],
            },
        },
        "POST /v1/evidence/receipts/bulk": {
            "status": 200,
            "body": {"results": [{"receipt_id": None, "status": "duplicate"}]},
        },
        "GET /v1/evidence/receipts/{receipt_id}": {
            "status": 200,
            "body": {"receipt": receipt(), "meta": META},
        },
        "GET /v1/evidence/receipts/{receipt_id}/verify": {
            "status": 200,
            "body": {
                "hash_valid": False,
                "signature_valid": False,
                "signature_verification_status": "failed",
            },
        },
        "GET /v1/evidence/receipts/{receipt_id}/chain": {
            "status": 200,
            "body": {"receipts": [receipt(), receipt()], "next_cursor": "next"},
        },
        "POST /v1/evidence/search": {"status": 200, "body": {"receipts": [], "next_cursor": None}},
        "POST /v1/evidence/verify_range": {
            "status": 200,
            "body": {
                "valid": False,
                "checked": 2,
                "gaps": [1],
                "mismatches": [{"receipt_id": ABSENT, "sequence": 2, "reason": "hash"}],
            },
        },
        "GET /v1/evidence/health": UNHEALTHY,
        "GET /v1/evidence/config": {
            "status": 200,
            "body": {"module_id": "eris", "version": "1", "schema_versions": ["1"]},
        },
    },
    "policy": {
        "POST /v1/policy/tenants/{tenant_id}/evaluate": {
            "status": 200,
            "body": {
                "allowed": False,
                "policy_snapshot_id": "p",
                "policy_version_ids": [],
                "restrictions": ["mirror", "mentor", "multiplier"],
                "override_windows": [{"start": AT, "end": AT, "types": ["mentor"]}],
                "snapshot_hash": f"sha256:{HASH}",
            },
        },
        "GET /v1/standards": {
            "status": 200,
            "body": {
                "items": [
                    {"standard_id": f"s{n}", "version": "2", "allowed": False, "restrictions": ["mirror"]}
                    for n in range(3)
                ]
            },
        },
        "GET /health": UNHEALTHY,
    },
    "llm": {
        "POST /v1/llm/generate": {
            "status": 200,
            "body": {
                "response_id": "r",
                "content": "<script>",
                "safety": {
                    "status": "fail",
                    "risk_flags": [{"risk_class": "injection", "severity": "high"}],
                    "redaction_summary": "a name",
                },
            },
        },
        "GET /health": UNHEALTHY,
    },
    "ubi": {
        "GET /v1/ubi/signals/recent": {"status": 200, "body": {"signals": [SIGNAL] * 100}},
        "GET /health": UNHEALTHY,
    },
    "governance": {
        "GET /v1/data-governance/tenants/{tenant_id}/config": {
            "status": 200,
            "body": {
                "quiet_hours": {"start": 23, "end": 1},
                "retention_days": {"decisions": 1, "outcomes": 1},
                "legal_hold": True,
                "data_residency": "",
                "privacy_tags": ["health"],
            },
        },
        "GET /health": UNHEALTHY,
    },
    "alerting": {
        "POST /api/v1/notifications/mmm": {
            "status": 202,
            "body": {"notification_id": ABSENT, "status": "duplicate"},
        },
        "GET /health": UNHEALTHY,
    },
    "otlp": {
        f"POST /v1/{kind}": {"status": 200, "body": {"partialSuccess": {"errorMessage": "some"}}}
        for kind in ("traces", "metrics", "logs")
    },
}


async def arm(control: FakeControl, name: str) -> list[str]:
    """Arm everything; the scripts of an operation come into play in the order of the module's words."""
    scripts = []
    for operation, reply in REPLIES[name].items():
        scripts.append(await control.script(operation, reply=reply))
        scripts.append(await control.script(operation, fault={"kind": "delay", "seconds": 0.01}, times=1))
        for status in _failures(name, operation):
            fault = {"kind": "status", "status": status}
            scripts.append(await control.script(operation, fault=fault, times=1))
    return scripts


def _failures(name: str, operation: str) -> Iterator[int]:
    """Yield the errors that the operation's contract has, but 400: that one is for what is outside it."""
    method, _, template = operation.partition(" ")
    responses = load_document(name).raw["paths"][template][method.lower()]["responses"]
    return (int(status) for status in responses if int(status) > 400)
