"""The token factory: sound tokens for any persona, and tokens with one flaw.

Rule: what is ordered without a flaw and without claims of its own is good at /verify, from its not-before on
until its end; who could not be vouched for cannot be ordered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import msgspec

from fakes.iam.bad import BAD_TOKENS
from fakes.iam.claims import AUDIENCE, ISSUER, LAST_SECOND, Claims, visible
from fakes.iam.signing import signed

if TYPE_CHECKING:
    from fakes.iam.keys import KeyRing

_HOUR = 3600
_TEN_YEARS = 10 * 365 * 24 * _HOUR

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Scope = Annotated[str, msgspec.Meta(pattern=r"^[!#-\[\]-~]+$")]


class TokenOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the token shall vouch for.

    `flaw` names what is to be wrong with it; `not_before_seconds` counts from now (nbf; none without);
    `claims` are put in besides, and in place of what would stand there.
    """

    sub: Name
    tenant_id: Name
    roles: tuple[Name, ...] = ()
    scope: tuple[Scope, ...] = ()
    actor_type: Name = "human"
    lifetime_seconds: Annotated[int, msgspec.Meta(ge=1, le=_TEN_YEARS)] = _HOUR
    not_before_seconds: Annotated[int, msgspec.Meta(ge=-_TEN_YEARS, le=_TEN_YEARS)] | None = None
    claims: dict[str, Any] = {}
    flaw: str | None = None

    def __post_init__(self) -> None:
        if self.flaw is not None and self.flaw not in BAD_TOKENS:
            raise ValueError(f"unknown flaw {self.flaw!r}; there are {', '.join(BAD_TOKENS)}")
        if self.flaw is not None and (self.claims or self.not_before_seconds is not None):
            raise ValueError("a flaw is the one thing that is wrong: no claims and no not-before beside it")
        if not all(map(visible, (self.sub, self.tenant_id, self.actor_type, *self.roles))):
            raise ValueError("a name has characters that cannot be seen: nobody could vouch for it")


class Minted(msgspec.Struct, frozen=True):
    """A token, and what is (or would be) in it."""

    token: str
    jti: str
    claims: Claims


def mint(order: TokenOrder, ring: KeyRing, now: float) -> Minted:
    """Return a new token."""
    claims = _claims(order, ring, int(now))
    jti = str(claims["jti"])
    if order.flaw is not None:
        return Minted(BAD_TOKENS[order.flaw].forge(claims, ring), jti, claims)
    ring.signed(_end(claims, now))
    return Minted(signed(claims, ring.signing.jwk), jti, claims)


def _claims(order: TokenOrder, ring: KeyRing, now: int) -> Claims:
    begins = {} if order.not_before_seconds is None else {"nbf": now + order.not_before_seconds}
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
        **begins,
        **order.claims,
    }


def _end(claims: Claims, now: float) -> float:
    """Return when a token ends; a claim that is no time ends nothing, since it was never good."""
    end = claims["exp"]
    return float(end) if type(end) is int and 0 <= end <= LAST_SECOND else now
