"""Soundly signed, and a claim is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.signing import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.bad.flaw import Forge
    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing


def _without(claim: str) -> Forge:
    def forge(claims: Claims, ring: KeyRing) -> str:
        del claims[claim]
        return signed(claims, ring.signing.jwk)

    return forge


def _absent(claim: str, reason: str) -> Flaw:
    return Flaw(_without(claim), reason, f"soundly signed, and has no {claim}")


ABSENT: Mapping[str, Flaw] = {
    "no_sub": _absent("sub", reasons.no_text("sub")),
    "no_tenant": _absent("tenant_id", reasons.no_text("tenant_id")),
    "no_actor_type": _absent("actor_type", reasons.no_text("actor_type")),
    "no_jti": _absent("jti", reasons.no_text("jti")),
    "no_roles": _absent("roles", reasons.no_words("roles")),
    "no_scope": _absent("scope", reasons.no_text("scope")),
    "no_exp": _absent("exp", reasons.no_time("exp")),
    "no_iat": _absent("iat", reasons.no_time("iat")),
    "no_issuer": _absent("iss", reasons.ISSUER),
    "no_audience": _absent("aud", reasons.AUDIENCE),
}
