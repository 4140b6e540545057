"""Soundly signed, and a name has characters that nobody sees: two names that look like one."""

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


def _behind(claim: str, characters: str) -> Forge:
    def forge(claims: Claims, ring: KeyRing) -> str:
        claims[claim] = claims[claim][:180] + characters
        return signed(claims, ring.signing.jwk)

    return forge


def _unseen_role(claims: Claims, ring: KeyRing) -> str:
    claims["roles"] = [*claims["roles"], "mmm_\u00adadmin"]
    return signed(claims, ring.signing.jwk)


UNICODE: Mapping[str, Flaw] = {
    "nul_in_tenant": Flaw(
        _behind("tenant_id", "\0other"), reasons.unseen("tenant_id"), "its tenant goes on behind a NUL"
    ),
    "reversed_tenant": Flaw(
        _behind("tenant_id", "\u202erehto"), reasons.unseen("tenant_id"), "its tenant turns to right-to-left"
    ),
    "joined_sub": Flaw(
        _behind("sub", "\u200b"), reasons.unseen("sub"), "its sub ends with a space of no width"
    ),
    "line_in_sub": Flaw(
        _behind("sub", "\r\nlevel: info"), reasons.unseen("sub"), "its sub goes on in a new line"
    ),
    "hyphenated_role": Flaw(_unseen_role, reasons.unseen("roles"), "a role has a soft hyphen in it"),
}
