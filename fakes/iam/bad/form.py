"""What is no token at all, though it looks like one."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.keys import ALGORITHM
from fakes.iam.signing import encoded, segment, signed, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing

_HUGE = 32_768


def _malformed(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk).rpartition(".")[0]


def _extra_segment(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk) + f".{segment(b'{}')}"


def _padded(claims: Claims, ring: KeyRing) -> str:
    return ".".join(part + "=" * (-len(part) % 4) for part in signed(claims, ring.signing.jwk).split("."))


def _second_spelling(claims: Claims, ring: KeyRing) -> str:
    """Return the token with the unused bits of its last character set: 342 characters say 256 bytes."""
    whole = signed(claims, ring.signing.jwk)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return whole[:-1] + alphabet[alphabet.index(whole[-1]) | 1]


def _space_inside(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk).replace(".", ". ", 1)


def _line_inside(claims: Claims, ring: KeyRing) -> str:
    whole = signed(claims, ring.signing.jwk)
    return f"{whole[:76]}\n{whole[76:]}"


def _line_behind(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk) + "\n"


def _wide_letters(claims: Claims, ring: KeyRing) -> str:
    """Return the token with its first letter, e, in full width: some normalise it back."""
    return "\uff45" + signed(claims, ring.signing.jwk)[1:]


def _huge(claims: Claims, ring: KeyRing) -> str:
    claims.update(padding="x" * _HUGE)
    return signed(claims, ring.signing.jwk)


def _payload(data: bytes, ring: KeyRing, **header: str) -> str:
    whole = {"typ": "JWT", "alg": ALGORITHM, "kid": ring.signing.kid, **header}
    return signed_bytes(encoded(whole), data, ring.signing.jwk)


def _nested(claims: Claims, ring: KeyRing) -> str:
    return _payload(signed(claims, ring.signing.jwk).encode(), ring, cty="JWT")


def _compressed(claims: Claims, ring: KeyRing) -> str:
    return _payload(zlib.compress(encoded(claims)), ring, zip="DEF")


def _claims_as_list(claims: Claims, ring: KeyRing) -> str:
    return _payload(b"[" + encoded(claims) + b"]", ring)


FORM: Mapping[str, Flaw] = {
    "malformed": Flaw(_malformed, reasons.FORM, "its signature is not there, nor the dot before it"),
    "extra_segment": Flaw(_extra_segment, reasons.FORM, "has a fourth segment"),
    "padded": Flaw(_padded, reasons.FORM, "its segments are padded with =", travels=False),
    "second_spelling": Flaw(
        _second_spelling, reasons.FORM, "the same bytes in other letters: a second name of one token"
    ),
    "space_inside": Flaw(_space_inside, reasons.FORM, "has a space behind its first dot", travels=False),
    "line_inside": Flaw(_line_inside, reasons.FORM, "broken into two lines", travels=False),
    "line_behind": Flaw(_line_behind, reasons.FORM, "ends with a line feed", travels=False),
    "wide_letter": Flaw(
        _wide_letters, reasons.FORM, "its first letter is the full-width twin", travels=False
    ),
    "huge": Flaw(
        _huge, reasons.TOO_LONG, "soundly signed, and more than 40,000 characters long", travels=False
    ),
    "nested": Flaw(_nested, reasons.PAYLOAD, "a sound token in place of its claims (cty JWT)"),
    "compressed": Flaw(_compressed, reasons.PAYLOAD, "its claims are compressed (zip DEF)"),
    "claims_as_list": Flaw(_claims_as_list, reasons.PAYLOAD, "its claims stand in a list"),
}
