"""Whether a token vouches for anybody, now.

Rules: a signature is checked once for each token (and remembered); time, issuer, audience and revocation at
each call. Whatever is wrong is one sentence.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from fakes.iam.keys import ALGORITHM, KeyRing
from fakes.iam.tokens import AUDIENCE, ISSUER
from fakes.shape.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Collection

    from fakes.shape.clock import Clock

_REMEMBERED = 20_000
_LONGEST = 16_384
_NAME_MAX = 200


class NotVouchedError(Exception):
    """The token vouches for nobody; the message says why."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a token with a good signature says; `answer` is the body that /verify gives for it."""

    claims: dict[str, Any]
    answer: bytes


class Verifier:
    """Verifies tokens against a ring of keys and a list of the revoked."""

    def __init__(self, ring: KeyRing, clock: Clock, revoked: Collection[str]) -> None:
        self._ring = ring
        self._clock = clock
        self._revoked = revoked
        self._seen: dict[str, Vouched] = {}

    def verify(self, token: str) -> Vouched:
        """Return what the token says, if it is good now."""
        vouched = self._seen.get(token) or self._read(token)
        problem = standing_problem(vouched.claims, self._clock(), self._revoked)
        if problem is not None:
            raise NotVouchedError(problem)
        return vouched

    def peek(self, token: str) -> dict[str, Any]:
        """Return what the token claims, unchecked: to tell requests apart, for nothing else."""
        seen = self._seen.get(token)
        return seen.claims if seen is not None else unchecked_claims(token)

    def _read(self, token: str) -> Vouched:
        claims = signed_claims(token, self._ring)
        problem = shape_problem(claims)
        if problem is not None:
            raise NotVouchedError(problem)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        vouched = self._seen[token] = Vouched(claims, msgspec.json.encode(answer_of(claims)))
        return vouched


def signed_claims(token: str, ring: KeyRing) -> dict[str, Any]:
    """Return the claims under a good RS256 signature of one of the ring's keys."""
    if len(token) > _LONGEST:
        raise NotVouchedError("the token is too long")
    try:
        compact = jws.extract_compact(token.encode())
        key = ring.find(compact.headers().get("kid"))
        if key is None:
            raise NotVouchedError("no key of that kid")
        if not jws.validate_compact(compact, key, [ALGORITHM]):
            raise NotVouchedError("the signature does not fit")
        return msgspec.json.decode(compact.payload or b"", type=dict[str, Any])
    except (JoseError, ValueError, KeyError, RecursionError, msgspec.MsgspecError) as error:
        raise NotVouchedError(f"not a token that can be read ({type(error).__name__})") from None


def unchecked_claims(token: str) -> dict[str, Any]:
    """Return what stands in the second part of a token, or nothing."""
    try:
        return msgspec.json.decode(_unpadded(token.split(".")[1]), type=dict[str, Any])
    except (IndexError, ValueError, RecursionError, msgspec.MsgspecError):
        return {}


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def shape_problem(claims: dict[str, Any]) -> str | None:
    """Say which claim is missing or not of its type."""
    for name in ("sub", "tenant_id", "actor_type", "jti"):
        value = claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _NAME_MAX:
            return f"claim {name} is missing or no text"
    roles = claims.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) and role for role in roles):
        return "claim roles is missing or no list of texts"
    if not isinstance(claims.get("scope"), str):
        return "claim scope is missing or no text"
    return _time_shape_problem(claims)


def _time_shape_problem(claims: dict[str, Any]) -> str | None:
    for name in ("exp", "iat"):
        if type(claims.get(name)) is not int:
            return f"claim {name} is missing or no whole number"
    if type(claims.get("nbf", 0)) is not int:
        return "claim nbf is no whole number"
    return None


def standing_problem(claims: dict[str, Any], now: float, revoked: Collection[str]) -> str | None:
    """Say why a well-formed token is not good now."""
    if claims.get("iss") != ISSUER:
        return "another issuer"
    audience = claims.get("aud")
    if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        return "another audience"
    if claims["exp"] <= now:
        return "the token has expired"
    if max(claims["iat"], claims.get("nbf", 0)) > now:
        return "the token is not valid yet"
    return "the token was revoked" if claims["jti"] in revoked else None


def answer_of(claims: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a good /verify."""
    known = {
        "sub": claims["sub"],
        "tenant_id": claims["tenant_id"],
        "actor_type": claims["actor_type"],
        "roles": claims["roles"],
        "scope": claims["scope"].split(),
        "valid_until": rfc3339(claims["exp"]),
    }
    return {"valid": True, **known, "claims": known}
