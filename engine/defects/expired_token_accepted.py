"""A token that IAM refuses is let in all the same when it has merely expired."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from engine import services
from engine.defects.defect import Defect
from engine.dependencies.iam import Iam, NotVouchedError
from engine.values.caller import Caller


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 -- a JWT has three parts
        raise NotVouchedError
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except ValueError:
        raise NotVouchedError from None
    if not isinstance(claims, dict) or claims.get("exp", time.time()) >= time.time():
        raise NotVouchedError
    return claims


def _caller(claims: dict[str, Any]) -> Caller:
    return Caller(
        sub=claims["sub"],
        tenant_id=claims["tenant_id"],
        actor_type=claims["actor_type"],
        roles=frozenset(claims["roles"]),
        scopes=frozenset(claims["scope"].split()),
    )


class _LenientIam(Iam):
    """Asks IAM as before, but lets in whom it refuses for an expired token."""

    async def verify(self, token: str) -> Caller:
        try:
            return await super().verify(token)
        except NotVouchedError:
            return _caller(_claims(token))


def plant() -> None:
    """Read an expired token's claims, instead of refusing it."""
    services.Iam = _LenientIam  # type: ignore[attr-defined]  # to replace it is the point


DEFECT = Defect(
    id="expired-token-accepted",
    requirements=("NFR-7", "ST-MMM-02"),
    story="An expired token is accepted as if it were still good.",
    plant=plant,
)
