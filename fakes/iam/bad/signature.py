"""Who signed, and how: a token nobody may believe, whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import serialize_compact

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.keys import ALGORITHM, strangers_key
from fakes.iam.signing import authenticated, encoded, json_segment, signed, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing


def _unsigned(alg: str, claims: Claims, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": alg, "kid": ring.signing.kid}
    return f"{json_segment(header)}.{json_segment(claims)}."


def _alg_none(claims: Claims, ring: KeyRing) -> str:
    return _unsigned("none", claims, ring)


def _alg_none_in_capitals(claims: Claims, ring: KeyRing) -> str:
    return _unsigned("nOnE", claims, ring)


def _empty_signature(claims: Claims, ring: KeyRing) -> str:
    return _unsigned(ALGORITHM, claims, ring)


def _alg_none_signed(claims: Claims, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": "none", "kid": ring.signing.kid}
    return signed_bytes(encoded(header), encoded(claims), ring.signing.jwk)


def _wrong_algorithm(claims: Claims, ring: KeyRing) -> str:
    # The library holds a key to its own algorithm; this impostor does not.
    return signed(claims, _of_any_algorithm(ring.signing.jwk), alg="RS384")


def _pss(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, _of_any_algorithm(ring.signing.jwk), alg="PS256")


def _of_any_algorithm(key: RSAKey) -> RSAKey:
    return RSAKey(key.raw_value, key.raw_value, {"kid": str(key.kid)})


def _elliptic(claims: Claims, ring: KeyRing) -> str:
    header = {"alg": "ES256", "typ": "JWT", "kid": ring.signing.kid}
    return serialize_compact(header, encoded(claims), ECKey.generate_key("P-256"), algorithms=["ES256"])


def _hmac(claims: Claims, ring: KeyRing, secret: bytes) -> str:
    return authenticated({"typ": "JWT", "alg": "HS256", "kid": ring.signing.kid}, claims, secret)


def _hs256_with_public_key(claims: Claims, ring: KeyRing) -> str:
    public = ring.signing.jwk.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return _hmac(claims, ring, public)


def _hs256_with_empty_secret(claims: Claims, ring: KeyRing) -> str:
    return _hmac(claims, ring, b"")


def _other_hash(claims: Claims, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": ALGORITHM, "kid": ring.signing.kid}
    return signed_bytes(encoded(header), encoded(claims), ring.signing.jwk, hashed=SHA512())


def _unknown_key(claims: Claims, _ring: KeyRing) -> str:
    stranger = strangers_key()
    claims.update(kid=stranger.kid)
    return signed(claims, stranger)


def _wrong_kid(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, ring.signing.jwk, kid=strangers_key().kid)


def _wrong_signature(claims: Claims, ring: KeyRing) -> str:
    return signed(claims, strangers_key(), kid=ring.signing.kid)


SIGNATURE: Mapping[str, Flaw] = {
    "alg_none": Flaw(_alg_none, reasons.ALGORITHM, "says that it needs no signature, and has none"),
    "alg_none_in_capitals": Flaw(_alg_none_in_capitals, reasons.ALGORITHM, "the same in other letters: nOnE"),
    "alg_none_signed": Flaw(_alg_none_signed, reasons.ALGORITHM, "says alg none above a good signature"),
    "wrong_algorithm": Flaw(_wrong_algorithm, reasons.ALGORITHM, "signed by the right key with RS384"),
    "pss": Flaw(_pss, reasons.ALGORITHM, "signed by the right key with PS256"),
    "elliptic": Flaw(_elliptic, reasons.ALGORITHM, "signed with ES256 by a key of its own, under our kid"),
    "hs256_with_public_key": Flaw(
        _hs256_with_public_key, reasons.ALGORITHM, "an HMAC whose secret is our public key"
    ),
    "hs256_with_empty_secret": Flaw(
        _hs256_with_empty_secret, reasons.ALGORITHM, "an HMAC whose secret is empty"
    ),
    "other_hash": Flaw(_other_hash, reasons.SIGNATURE, "says RS256, signed by the right key with SHA-512"),
    "unknown_key": Flaw(_unknown_key, reasons.KEY, "signed by a key that is not ours, under its own kid"),
    "wrong_kid": Flaw(_wrong_kid, reasons.KEY, "signed by the right key, under the kid of another"),
    "wrong_signature": Flaw(_wrong_signature, reasons.SIGNATURE, "signed by a stranger under our kid"),
    "empty_signature": Flaw(_empty_signature, reasons.SIGNATURE, "says RS256, and its signature is empty"),
}
