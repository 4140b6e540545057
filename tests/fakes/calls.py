"""One sound call to every operation that the fakes serve, and one outside its contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.fakes.receipts import receipt

MMM = {"framework": "mmm"}


@dataclass(frozen=True)
class Sample:
    fake: str
    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


BUNDLE = {"bundle_id": "b", "version": "1", "policies": [{"id": "p", "rules": [], "status": "active"}]}
PROMPT = {
    "prompt": "Say why.",
    "tenant_id": "t",
    "actor_id": "a",
    "actor_type": "human",
    "operation_type": "completion",
    "system_prompt_id": "s",
    "dry_run": False,
}
NOTIFICATION = {
    "notification_id": str(uuid4()),
    "tenant_id": "t",
    "decision_id": str(uuid4()),
    "action_id": str(uuid4()),
    "severity": "info",
    "title": "Title",
    "body": "Body",
}
EXPORT = {"tenant_id": "t", "format": "csv", "compression": "zip", "from": "2026-01-01T00:00:00Z"}
BATCH = {
    "batch_id": "b",
    "tenant_id": "t",
    "emitter_service": "mmm-engine",
    "sequence_numbers": [],
    "merkle_root": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "receipts": [],
    "timestamp": "2026-01-01T00:00:00Z",
}
ABSENT = "00000000-0000-4000-8000-000000000000"

NOT_METADATA = {"types": ["mirror"], "surfaces": ["ide"], "title": "ask ann@example.org"}

SOUND = (
    Sample("iam", "POST", "/iam/v1/verify", {"token": "nobody"}, status=401),
    Sample(
        "iam",
        "POST",
        "/iam/v1/decision",
        {"subject": {"sub": "a", "roles": []}, "action": "mmm.decide", "resource": "mmm_engine"},
    ),
    Sample("iam", "PUT", "/iam/v1/policies", BUNDLE, (("x-idempotency-key", "k"),), 202),
    Sample("iam", "GET", "/iam/v1/health"),
    Sample("iam", "GET", "/iam/v1/metrics"),
    Sample("iam", "GET", "/iam/v1/config"),
    Sample("iam", "GET", "/iam/v1/.well-known/jwks.json"),
    Sample("eris", "POST", "/v1/evidence/receipts", receipt()),
    Sample("eris", "POST", "/v1/evidence/receipts/bulk", [receipt(), receipt(result=NOT_METADATA)]),
    Sample("eris", "GET", f"/v1/evidence/receipts/{ABSENT}", status=404),
    Sample("eris", "GET", f"/v1/evidence/receipts/{ABSENT}/verify", status=404),
    Sample("eris", "GET", f"/v1/evidence/receipts/{ABSENT}/chain", status=404),
    Sample("eris", "POST", "/v1/evidence/search", {"tenant_id": "t"}),
    Sample("eris", "POST", "/v1/evidence/verify_range", {"tenant_id": "t", "chain_id": "c"}, status=404),
    Sample("eris", "POST", "/v1/evidence/aggregate", {"tenant_id": "t", "group_by": ["day", "status"]}),
    Sample("eris", "POST", "/v1/evidence/receipts/courier-batch", BATCH),
    Sample("eris", "GET", "/v1/evidence/courier-batches/b/merkle-proof", status=404),
    Sample("eris", "POST", "/v1/evidence/export", EXPORT, status=202),
    Sample("eris", "GET", f"/v1/evidence/export/{ABSENT}", status=404),
    Sample("eris", "GET", f"/v1/evidence/export/{ABSENT}/download", status=404),
    Sample("eris", "GET", "/v1/evidence/health"),
    Sample("eris", "GET", "/v1/evidence/metrics"),
    Sample("eris", "GET", "/v1/evidence/config"),
    Sample(
        "policy",
        "POST",
        "/v1/policy/tenants/" + "t" * 200 + "/evaluate",
        {"context": {"actor_type": "human", "source": "ide", "branch": "main", "environment": "dev"}},
    ),
    Sample("policy", "GET", "/v1/standards?tenant_id=t&framework=mmm"),
    Sample("policy", "GET", "/health"),
    Sample("llm", "POST", "/v1/llm/generate", PROMPT),
    Sample("llm", "POST", "/v1/llm/generate", {**PROMPT, "dry_run": True}),
    Sample("llm", "GET", "/health"),
    Sample("ubi", "GET", "/v1/ubi/signals/recent?tenant_id=t&actor_id=a&limit=10"),
    Sample("ubi", "GET", "/health"),
    Sample("governance", "GET", "/v1/data-governance/tenants/t%2F1/config"),
    Sample("governance", "GET", "/health"),
    Sample("alerting", "POST", "/api/v1/notifications/mmm", NOTIFICATION, status=202),
    Sample("alerting", "GET", "/health"),
    Sample("otlp", "POST", "/v1/traces", {"resourceSpans": []}),
    Sample("otlp", "POST", "/v1/metrics", {"resourceMetrics": []}),
    Sample("otlp", "POST", "/v1/logs", {"resourceLogs": []}),
)

BROKEN = (
    Sample("iam", "POST", "/iam/v1/verify", {"tokens": "x"}, status=400),
    Sample("iam", "POST", "/iam/v1/decision", {"subject": {"sub": "a"}}, status=400),
    Sample("iam", "PUT", "/iam/v1/policies", BUNDLE, status=400),
    Sample("eris", "POST", "/v1/evidence/receipts", {**receipt(), "surplus": 1}, status=400),
    Sample("eris", "POST", "/v1/evidence/receipts/bulk", {}, status=400),
    Sample("eris", "POST", "/v1/evidence/receipts/bulk", [receipt(), {"receipt_id": "x"}, {}], status=200),
    Sample("eris", "GET", "/v1/evidence/receipts/no-uuid", status=400),
    Sample("eris", "GET", f"/v1/evidence/receipts/{ABSENT}/chain?max_depth=0", status=400),
    Sample("eris", "POST", "/v1/evidence/search", {}, status=400),
    Sample("eris", "POST", "/v1/evidence/search", {"tenant_id": "t", "cursor": "guessed"}, status=400),
    Sample("eris", "POST", "/v1/evidence/verify_range", {"tenant_id": "t"}, status=400),
    Sample("eris", "POST", "/v1/evidence/aggregate", {"tenant_id": "t", "group_by": ["actor"]}, status=400),
    Sample(
        "eris", "POST", "/v1/evidence/receipts/courier-batch", {**BATCH, "merkle_root": "0" * 64}, status=400
    ),
    Sample("eris", "POST", "/v1/evidence/export", {**EXPORT, "format": "xml"}, status=400),
    Sample("eris", "GET", "/v1/evidence/export/" + "e" * 201, status=400),
    Sample("policy", "POST", "/v1/policy/tenants/t/evaluate", {"context": {}}, status=400),
    Sample("policy", "GET", "/v1/standards?tenant_id=t", status=400),
    Sample("llm", "POST", "/v1/llm/generate", {**PROMPT, "token": "x"}, status=400),
    Sample("ubi", "GET", "/v1/ubi/signals/recent?tenant_id=t&actor_id=a&limit=0", status=400),
    Sample("governance", "GET", "/v1/data-governance/tenants/t/config?x=1", status=400),
    Sample("alerting", "POST", "/api/v1/notifications/mmm", {**NOTIFICATION, "severity": "x"}, status=400),
    Sample("otlp", "POST", "/v1/traces", {"resourceSpans": 1}, status=400),
    Sample("otlp", "POST", "/v1/traces", {"resourceSpans": [{"scopeSpans": 1}]}, status=400),
)
