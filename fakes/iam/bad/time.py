"""Soundly signed, and not for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.signing import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing

_HOUR = 3600


def _sound(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk)


def _expired(claims: Claims, ring: KeyRing) -> str:
    past = claims["exp"] - claims["iat"] + _HOUR
    claims.update(iat=claims["iat"] - past, exp=claims["exp"] - past)
    return _sound(claims, ring)


def _just_expired(claims: Claims, ring: KeyRing) -> str:
    claims.update(exp=claims["iat"], iat=claims["iat"] - _HOUR)
    return _sound(claims, ring)


def _exp_negative(claims: Claims, ring: KeyRing) -> str:
    claims.update(exp=-1)
    return _sound(claims, ring)


def _not_yet_valid(claims: Claims, ring: KeyRing) -> str:
    claims.update(nbf=claims["iat"] + _HOUR, exp=claims["exp"] + _HOUR)
    return _sound(claims, ring)


def _never_valid(claims: Claims, ring: KeyRing) -> str:
    claims.update(nbf=claims["exp"] + 1)
    return _sound(claims, ring)


def _issued_in_future(claims: Claims, ring: KeyRing) -> str:
    claims.update(iat=claims["iat"] + _HOUR, exp=claims["exp"] + _HOUR)
    return _sound(claims, ring)


TIME: Mapping[str, Flaw] = {
    "expired": Flaw(_expired, reasons.EXPIRED, "ended an hour ago"),
    "just_expired": Flaw(_just_expired, reasons.EXPIRED, "ended this very second: exp itself is too late"),
    "exp_negative": Flaw(_exp_negative, reasons.EXPIRED, "ended before time began: its end is negative"),
    "not_yet_valid": Flaw(_not_yet_valid, reasons.EARLY, "begins in an hour"),
    "never_valid": Flaw(_never_valid, reasons.EARLY, "begins after its end"),
    "issued_in_future": Flaw(_issued_in_future, reasons.FUTURE, "was issued in an hour"),
    "revoked": Flaw(_sound, reasons.REVOKED, "sound, and its jti is on the list of the revoked"),
}
