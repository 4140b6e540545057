"""Soundly signed, and from somebody else, or for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.claims import AUDIENCE, ISSUER
from fakes.iam.signing import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.bad.flaw import Forge
    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing


def _with(claim: str, value: object) -> Forge:
    def forge(claims: Claims, ring: KeyRing) -> str:
        claims[claim] = value
        return signed(claims, ring.signing.jwk)

    return forge


def _audience(value: object, story: str) -> Flaw:
    return Flaw(_with("aud", value), reasons.AUDIENCE, story)


def _issuer(value: object, story: str) -> Flaw:
    return Flaw(_with("iss", value), reasons.ISSUER, story)


PARTY: Mapping[str, Flaw] = {
    "wrong_audience": _audience("another-service", "for another service"),
    "other_audiences": _audience(["another-service", "a-third"], "for two other services, not for us"),
    "longer_audience": _audience(f"{AUDIENCE}-2", "for a service whose name begins like ours"),
    "audience_in_capitals": _audience(AUDIENCE.upper(), "for a service of our name in capitals"),
    "audience_as_object": _audience({AUDIENCE: True}, "its audience is an object"),
    "no_audiences": _audience([], "for nobody: its list of audiences is empty"),
    "wrong_issuer": _issuer("https://iam.elsewhere.test", "from another issuer, signed by our key"),
    "issuer_with_slash": _issuer(f"{ISSUER}/", "from our issuer's address with a slash at its end"),
    "longer_issuer": _issuer(f"{ISSUER}.elsewhere.test", "from an issuer whose address begins like ours"),
    "issuer_as_list": _issuer([ISSUER], "its issuer is a list"),
}
