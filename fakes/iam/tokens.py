"""The token factory: sound tokens for any persona, and tokens with one flaw.

Rule: a flaw is one thing wrong with a token that is sound otherwise; the dict at the end lists them.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import msgspec
from joserfc import jwt

from fakes.iam.keys import ALGORITHM, KeyRing, strangers_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joserfc.jwk import RSAKey

ISSUER = "https://iam.mmm.test"
AUDIENCE = "mmm-engine"
_HOUR = 3600
_TEN_YEARS = 10 * 365 * 24 * _HOUR

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Claims = dict[str, Any]


class TokenOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the token shall vouch for; `flaw` names what is to be wrong with it."""

    sub: Name
    tenant_id: Name
    roles: tuple[Name, ...] = ()
    scope: tuple[Annotated[str, msgspec.Meta(pattern=r"^[!#-\[\]-~]+$")], ...] = ()
    actor_type: Name = "human"
    lifetime_seconds: Annotated[int, msgspec.Meta(ge=1, le=_TEN_YEARS)] = _HOUR
    flaw: str | None = None


class Minted(msgspec.Struct, frozen=True):
    """A token, and what is (or would be) in it."""

    token: str
    jti: str
    claims: Claims


def mint(order: TokenOrder, ring: KeyRing, now: float) -> Minted:
    """Return a new token; KeyError for a flaw that there is not."""
    claims = _claims(order, ring, int(now))
    token = FLAWS[order.flaw](claims, ring) if order.flaw is not None else _sound(claims, ring)
    return Minted(token, claims["jti"], claims)


def _claims(order: TokenOrder, ring: KeyRing, now: int) -> Claims:
    return {
        "kid": ring.signing.kid,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + order.lifetime_seconds,
        "jti": str(uuid4()),
        "sub": order.sub,
        "tenant_id": order.tenant_id,
        "actor_type": order.actor_type,
        "roles": list(order.roles),
        "scope": " ".join(order.scope),
    }


def _signed(claims: Claims, key: RSAKey, kid: str | None) -> str:
    return jwt.encode({"alg": ALGORITHM, "kid": kid}, claims, key, algorithms=[ALGORITHM])


def _sound(claims: Claims, ring: KeyRing) -> str:
    return _signed(claims, ring.signing, ring.signing.kid)


def _expired(claims: Claims, ring: KeyRing) -> str:
    past = claims["exp"] - claims["iat"] + _HOUR
    claims.update(iat=claims["iat"] - past, exp=claims["exp"] - past)
    return _sound(claims, ring)


def _not_yet_valid(claims: Claims, ring: KeyRing) -> str:
    claims.update(nbf=claims["iat"] + _HOUR, exp=claims["exp"] + _HOUR)
    return _sound(claims, ring)


def _wrong_audience(claims: Claims, ring: KeyRing) -> str:
    claims.update(aud="another-service")
    return _sound(claims, ring)


def _wrong_issuer(claims: Claims, ring: KeyRing) -> str:
    claims.update(iss="https://iam.elsewhere.test")
    return _sound(claims, ring)


def _unknown_key(claims: Claims, _ring: KeyRing) -> str:
    stranger = strangers_key()
    claims.update(kid=stranger.kid)
    return _signed(claims, stranger, stranger.kid)


def _wrong_signature(claims: Claims, ring: KeyRing) -> str:
    return _signed(claims, strangers_key(), ring.signing.kid)


def _alg_none(claims: Claims, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": "none", "kid": ring.signing.kid}
    return f"{_segment(header)}.{_segment(claims)}."


def _no_tenant(claims: Claims, ring: KeyRing) -> str:
    del claims["tenant_id"]
    return _sound(claims, ring)


def _malformed(claims: Claims, ring: KeyRing) -> str:
    return _sound(claims, ring).rpartition(".")[0]


def _segment(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


FLAWS: Mapping[str, Callable[[Claims, KeyRing], str]] = {
    "expired": _expired,
    "not_yet_valid": _not_yet_valid,
    "wrong_audience": _wrong_audience,
    "wrong_issuer": _wrong_issuer,
    "unknown_key": _unknown_key,
    "wrong_signature": _wrong_signature,
    "alg_none": _alg_none,
    "no_tenant": _no_tenant,
    "revoked": _sound,  # its jti is put on the list of the revoked
    "malformed": _malformed,
}
