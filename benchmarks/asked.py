"""What is asked of the fakes: requests as bytes, made before the clock starts."""

from __future__ import annotations

import base64
import json
from itertools import count, repeat
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.servers import control

if TYPE_CHECKING:
    from collections.abc import Iterator

KID = "bench"
GENERATE = "/v1/llm/generate"
PROMPT = {
    "prompt": f"Say why. {'x' * 130}",
    "tenant_id": "bench",
    "actor_id": "actor-1",
    "actor_type": "human",
    "operation_type": "completion",
    "system_prompt_id": "system-1",
    "dry_run": False,
}
"""With it a body has 300 bytes."""


def post(path: str, body: Any, traceparent: str = "") -> bytes:  # noqa: ANN401 -- any JSON value
    """Return a request's bytes."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{traceparent}"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def prompt_again() -> Iterator[bytes]:
    """Return one prompt without end, as load tools send it."""
    return repeat(
        post(GENERATE, PROMPT, "traceparent: 00-0123456789abcdef0123456789abcdef-0000000000000001-01\r\n")
    )


def prompts() -> Iterator[bytes]:
    """Return prompts without end, each of a trace of its own, as an engine's are."""
    before, _, after = post(GENERATE, PROMPT, "traceparent: 00-@-0000000000000001-01\r\n").partition(b"@")
    return (before + b"%032x" % number + after for number in count(1))


def script_prompts(url: str) -> None:
    """Have the LLM fake give a scripted answer to them."""
    body = {"response_id": "r", "content": "Because.", "safety": {"status": "pass", "risk_flags": []}}
    order = {
        "operation": f"POST {GENERATE}",
        "match": {"tenant": "bench"},
        "reply": {"status": 200, "body": body},
    }
    control(url, "POST", "/scripts", order)


def verifications(url: str, number: int) -> list[bytes]:
    """Return calls of /verify with so many new tokens."""
    persona = {"tenant_id": "bench", "roles": ["developer"]}
    tokens = [control(url, "POST", "/tokens", {"sub": f"s{n}", **persona})["token"] for n in range(number)]
    return [post("/iam/v1/verify", {"token": token}) for token in tokens]


def receipts(url: str, number: int) -> list[bytes]:
    """Return receipts, each signed with a key that the ERIS fake knows."""
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    control(url, "PUT", f"/keys/{KID}", {"public_key": public, "status": "active"})
    return [post("/v1/evidence/receipts", signed(key)) for _ in range(number)]


def signed(key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return one signed receipt."""
    whole: dict[str, Any] = {
        "receipt_id": str(uuid4()),
        "gate_id": "mmm",
        "schema_version": "1.0.0",
        "tenant_id": "bench",
        "plane": "product_cloud",
        "environment": "dev",
        "module_id": "mmm-engine",
        "emitter_service": "mmm-engine",
        "policy_version_ids": ["policy-1"],
        "snapshot_hash": "sha256:" + "0" * 64,
        "timestamp_utc": "2026-01-02T03:04:05.000006Z",
        "timestamp_monotonic_ms": 12345,
        "evaluation_point": "pre-commit",
        "inputs": {"kind": "decision", "signal_ids": [], "playbooks": [], "policy_snapshot_id": "s"},
        "decision": {"status": "pass", "rationale": "One playbook fits.", "badges": []},
        "result": {"types": ["mirror"], "surfaces": ["ide"]},
        "actor": {"repo_id": "repo-1", "type": "human"},
        "evidence_handles": [],
        "degraded": False,
        "risk": {"score": 0.25, "flags": [], "safety_checks_passed": True},
        "kid": KID,
        "signature_algo": "ed25519",
    }
    signature = base64.b64encode(key.sign(rfc8785.dumps(whole))).decode()
    return {**whole, "signature": f"sig-ed25519:{KID}:{signature}"}
