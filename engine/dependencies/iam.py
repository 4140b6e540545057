"""IAM: who a token vouches for, and whether that somebody may decide."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime

from engine.dependencies.errors import RefusedError
from engine.dependencies.http import Dependency
from engine.values.caller import Caller
from engine.values.wire import Wire

_FORBIDDEN = 403
_TOO_MANY = 429


class NotVouchedError(Exception):
    """IAM vouches for nobody by this token."""


class _Verified(Wire):
    valid: Literal[True, False]
    sub: str
    tenant_id: str | None = None
    actor_type: str
    roles: tuple[str, ...]
    scope: tuple[str, ...]
    valid_until: AwareDatetime


class _Decided(Wire):
    decision: Literal["ALLOW", "DENY", "ELEVATION_REQUIRED", "ELEVATION_GRANTED"]
    reason: str
    receipt_id: str


class Iam:
    """Asks IAM; what it refuses with 403 and 429 is left to the caller."""

    def __init__(self, service: Dependency) -> None:
        self.service = service

    async def verify(self, token: str) -> Caller:
        """Return the verified identity, or raise NotVouchedError."""
        try:
            verified = await self.service.ask(
                "POST", "/verify", _Verified.model_validate_json, json={"token": token}
            )
        except RefusedError as refusal:
            if refusal.status in {_FORBIDDEN, _TOO_MANY}:
                raise
            raise NotVouchedError from None
        return vouched(verified)

    async def may_decide(self, caller: Caller) -> bool:
        """Ask whether the caller may have a decision; anything but ALLOW is no."""
        question = {
            "subject": {"sub": caller.sub, "roles": sorted(caller.roles)},
            "action": "mmm.decide",
            "resource": "mmm_engine",
        }
        answer = await self.service.ask("POST", "/decision", _Decided.model_validate_json, json=question)
        return answer.decision == "ALLOW"


def vouched(verified: _Verified) -> Caller:
    """Return the caller of a verified token; without a tenant, or past its end, nobody is vouched for."""
    current = verified.valid_until > datetime.now(UTC)
    if not (verified.valid and verified.sub and verified.tenant_id and current):
        raise NotVouchedError
    return Caller(
        sub=verified.sub,
        tenant_id=verified.tenant_id,
        actor_type=verified.actor_type,
        roles=frozenset(verified.roles),
        scopes=frozenset(verified.scope),
    )
