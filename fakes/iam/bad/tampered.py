"""Sound tokens that were changed on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.signing import json_segment, segment, signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing

_TWINS = str.maketrans("aceopxyi", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456")


def _changed(claims: Claims, ring: KeyRing, **change: object) -> str:
    """Return a token whose signature is over the claims as they were, not as they are."""
    header, _, signature = signed(claims, ring.signing.jwk).split(".")
    claims.update(change)
    return f"{header}.{json_segment(claims)}.{signature}"


def _other_tenant(claims: Claims, ring: KeyRing) -> str:
    return _changed(claims, ring, tenant_id=f"{claims['tenant_id'][:190]}-other")


def _homoglyph_tenant(claims: Claims, ring: KeyRing) -> str:
    twin = claims["tenant_id"].translate(_TWINS)
    return _changed(claims, ring, tenant_id=twin if twin != claims["tenant_id"] else f"{twin[:199]}\u0430")


def _more_roles(claims: Claims, ring: KeyRing) -> str:
    return _changed(claims, ring, roles=[*claims["roles"], "admin", "mmm_admin", "tenant_admin"])


def _longer_life(claims: Claims, ring: KeyRing) -> str:
    return _changed(claims, ring, exp=claims["exp"] + 86_400)


def _signature_of_another(claims: Claims, ring: KeyRing) -> str:
    other = signed({**claims, "sub": "another"}, ring.signing.jwk).rpartition(".")[2]
    return signed(claims, ring.signing.jwk).rpartition(".")[0] + f".{other}"


def _flipped_bit(claims: Claims, ring: KeyRing) -> str:
    start, _, signature = signed(claims, ring.signing.jwk).rpartition(".")
    return f"{start}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _truncated(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk)[:-42]


def _longer_signature(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk)[:-2] + segment(bytes(4))


TAMPERED: Mapping[str, Flaw] = {
    "other_tenant": Flaw(_other_tenant, reasons.SIGNATURE, "another tenant's name put in after signing"),
    "homoglyph_tenant": Flaw(
        _homoglyph_tenant,
        reasons.SIGNATURE,
        "the tenant's name put in again in Cyrillic letters that look alike",
    ),
    "more_roles": Flaw(_more_roles, reasons.SIGNATURE, "admin's roles put in after signing"),
    "longer_life": Flaw(_longer_life, reasons.SIGNATURE, "a day added to its life after signing"),
    "signature_of_another": Flaw(
        _signature_of_another, reasons.SIGNATURE, "has another sound token's signature"
    ),
    "changed_signature": Flaw(_flipped_bit, reasons.SIGNATURE, "its signature begins with another letter"),
    "truncated": Flaw(_truncated, reasons.SIGNATURE, "its last 42 characters are lost"),
    "longer_signature": Flaw(_longer_signature, reasons.SIGNATURE, "there is more at its signature's end"),
}
