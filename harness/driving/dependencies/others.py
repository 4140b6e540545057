"""Policy, LLM gateway, behavioural signals, data governance and alerting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.driving.dependencies.base import Dependency

if TYPE_CHECKING:
    from harness.driving.builders import Json

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
STANDARDS = "GET /v1/standards"
GENERATE = "POST /v1/llm/generate"
RECENT_SIGNALS = "GET /v1/ubi/signals/recent"
CONFIG = "GET /v1/data-governance/tenants/{tenant_id}/config"
NOTIFY = "POST /api/v1/notifications/mmm"


class Policy(Dependency):
    """Policy and gold standards."""

    async def rules(self, *, allowed: object = True, restrictions: list[str] | None = None) -> Json:
        """Rule on this tenant's decisions; return the answer that the engine will get."""
        answer: Json = {
            "allowed": allowed,
            "policy_snapshot_id": f"snapshot-{self._place.tenant}",
            "policy_version_ids": ["policy-7"],
            "restrictions": restrictions or [],
            "snapshot_hash": "sha256:" + "5e" * 32,
        }
        await self.replies(EVALUATE, answer)
        return answer

    async def standard_says(self, *, allowed: bool = True, restrictions: list[str] | None = None) -> None:
        """Let one gold standard have a say in this tenant's decisions."""
        item = {
            "standard_id": "std-1",
            "version": "1.0.0",
            "allowed": allowed,
            "restrictions": restrictions or [],
        }
        await self.replies(STANDARDS, {"items": [item]})


class Llm(Dependency):
    """The LLM gateway."""

    async def writes(
        self, content: str, *, status: str = "pass", flags: tuple[str, ...] = (), tenant: str | None = None
    ) -> None:
        """Generate this text for a tenant (this one), with a safety verdict."""
        safety: Json = {
            "status": status,
            "risk_flags": [{"risk_class": flag, "severity": "high"} for flag in flags],
            "redaction_summary": None,
        }
        answer = {"response_id": "response-1", "content": content, "safety": safety}
        await self.replies(GENERATE, answer, match={"tenant": tenant} if tenant else None)

    async def writes_without_verdict(self, content: str, **safety: object) -> None:
        """Generate this text with a safety object of these members, or with none at all."""
        verdict = {"safety": safety} if safety else {}
        await self.replies(GENERATE, {"response_id": "response-1", "content": content, **verdict})


class Ubi(Dependency):
    """Behavioural signals."""


class Governance(Dependency):
    """Data governance."""

    async def says(self, *, quiet_hours: Json) -> None:
        """Configure this tenant."""
        config = {
            "quiet_hours": quiet_hours,
            "retention_days": {"decisions": 90, "outcomes": 365},
            "legal_hold": False,
            "data_residency": "eu",
            "privacy_tags": [],
        }
        await self.replies(CONFIG, config)


class Alerting(Dependency):
    """Alerting and notifications."""
