"""Two JWT libraries that know the published keys, issuer and audience, and nothing else of the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from joserfc import jwt as jose
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLAIMS = ("kid", "iat", "exp", "aud", "iss", "sub", "jti", "scope", "tenant_id", "roles", "actor_type")
Said = dict[str, Any]


def pyjwt(token: str, keys: Said, issuer: str, audience: str) -> Said | None:
    """Return the claims, or None if PyJWT refuses the token."""
    known = jwt.PyJWKSet.from_dict(keys)
    try:
        key = known[jwt.get_unverified_header(token).get("kid", "")]
    except (KeyError, jwt.PyJWTError):
        return None
    try:
        claims: Said = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=issuer,
            options={"require": list(CLAIMS)},
        )
    except jwt.PyJWTError:
        return None
    return claims


def joserfc(token: str, keys: Said, issuer: str, audience: str) -> Said | None:
    """Return the claims, or None if joserfc refuses the token."""
    wanted: dict[str, Any] = {claim: {"essential": True} for claim in CLAIMS}
    wanted |= {claim: {"essential": True, "allow_blank": True} for claim in ("scope", "roles")}
    wanted |= {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience}}
    try:
        decoded = jose.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=["RS256"])
        jose.JWTClaimsRegistry(**wanted).validate(decoded.claims)
    except JoseError:
        return None
    return decoded.claims


JUDGES: Mapping[str, Callable[[str, Said, str, str], Said | None]] = {"pyjwt": pyjwt, "joserfc": joserfc}
