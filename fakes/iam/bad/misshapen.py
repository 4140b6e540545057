"""Soundly signed, and a claim is not what it should be, or is there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.keys import ALGORITHM
from fakes.iam.signing import encoded, signed, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from fakes.iam.bad.flaw import Forge
    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing


def _as(claim: str, change: Callable[[Any], object]) -> Forge:
    def forge(claims: Claims, ring: KeyRing) -> str:
        claims[claim] = change(claims[claim])
        return signed(claims, ring.signing.jwk)

    return forge


def _twice(claim: str, first: object) -> Forge:
    """Return a token whose claim is there twice: `first`, then as it should be."""

    def forge(claims: Claims, ring: KeyRing) -> str:
        start = b"{" + msgspec.json.encode(claim) + b":" + msgspec.json.encode(first) + b","
        return _over(start + encoded(claims)[1:], ring)

    return forge


def _lone_surrogate(claims: Claims, ring: KeyRing) -> str:
    # Written as an escape, which no reader can make a character of: not even who ordered it is told.
    payload = encoded({**claims, "sub": "?"}).replace(b'"sub":"?"', b'"sub":"\\ud800"')
    return _over(payload, ring)


def _over(payload: bytes, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": ALGORITHM, "kid": ring.signing.kid}
    return signed_bytes(encoded(header), payload, ring.signing.jwk)


MISSHAPEN: Mapping[str, Flaw] = {
    "sub_as_number": Flaw(_as("sub", lambda _: 7), reasons.no_text("sub"), "its sub is the number 7"),
    "empty_sub": Flaw(_as("sub", lambda _: ""), reasons.no_text("sub"), "its sub is empty"),
    "long_sub": Flaw(
        _as("sub", lambda sub: sub.ljust(201, "x")),
        reasons.no_text("sub"),
        "its sub has 201 characters or more",
    ),
    "tenant_as_list": Flaw(
        _as("tenant_id", lambda tenant: [tenant, "other"]),
        reasons.no_text("tenant_id"),
        "names two tenants in a list",
    ),
    "tenant_as_object": Flaw(
        _as("tenant_id", lambda tenant: {"$ne": tenant}),
        reasons.no_text("tenant_id"),
        "its tenant is a query",
    ),
    "null_tenant": Flaw(_as("tenant_id", lambda _: None), reasons.no_text("tenant_id"), "its tenant is null"),
    "roles_as_text": Flaw(
        _as("roles", lambda _: "mmm_admin"), reasons.no_words("roles"), "its roles are one text, not a list"
    ),
    "role_as_number": Flaw(
        _as("roles", lambda roles: [*roles, 0]), reasons.no_words("roles"), "one of its roles is a number"
    ),
    "scope_as_list": Flaw(
        _as("scope", str.split), reasons.no_text("scope"), "its scope is a list, not a text"
    ),
    "exp_as_text": Flaw(_as("exp", str), reasons.no_time("exp"), "its end is a text of digits"),
    "exp_as_boolean": Flaw(_as("exp", lambda _: True), reasons.no_time("exp"), "its end is true"),
    "exp_with_fraction": Flaw(
        _as("exp", lambda exp: exp + 0.5), reasons.no_time("exp"), "its end is half a second past a second"
    ),
    "exp_huge": Flaw(_as("exp", lambda _: 10**30), reasons.no_time("exp"), "ends after the last day of time"),
    "iat_as_text": Flaw(_as("iat", str), reasons.no_time("iat"), "its beginning is a text of digits"),
    "duplicated_tenant": Flaw(
        _twice("tenant_id", "other"), reasons.PAYLOAD, "names another tenant first, and then the right one"
    ),
    "duplicated_exp": Flaw(_twice("exp", 1), reasons.PAYLOAD, "has two ends: one long ago, then a good one"),
    "duplicated_roles": Flaw(_twice("roles", ["mmm_admin"]), reasons.PAYLOAD, "has two lists of roles"),
    "lone_surrogate": Flaw(_lone_surrogate, reasons.PAYLOAD, "its sub is half a character"),
}
