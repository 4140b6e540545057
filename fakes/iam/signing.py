"""How a token is put together: by the library where it is sound, by hand where it must not be."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt

from fakes.iam.keys import ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from joserfc.jwk import RSAKey


_RS256 = SHA256()


def signed(claims: Mapping[str, Any], key: RSAKey, **header: Any) -> str:  # noqa: ANN401 -- any JSON value
    """Return a sound token: RS256 under the key's own kid, unless the header is said to be otherwise."""
    whole = {"alg": ALGORITHM, "kid": key.kid, **header}
    return jwt.encode(whole, dict(claims), key, algorithms=[whole["alg"]])


def signed_bytes(header: bytes, payload: bytes, key: RSAKey, *, hashed: HashAlgorithm = _RS256) -> str:
    """Return a token with a good signature over exactly these bytes, whatever they are."""
    private = key.private_key
    assert private is not None
    start = f"{segment(header)}.{segment(payload)}"
    return f"{start}.{segment(private.sign(start.encode(), PKCS1v15(), hashed))}"


def authenticated(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """Return a token under an HMAC (SHA-256) of a secret."""
    start = f"{json_segment(header)}.{json_segment(claims)}"
    return f"{start}.{segment(hmac.new(secret, start.encode(), hashlib.sha256).digest())}"


def json_segment(value: Mapping[str, Any]) -> str:
    """Return a JSON object as a segment."""
    return segment(encoded(value))


def encoded(value: Mapping[str, Any]) -> bytes:
    """Return a JSON object's bytes."""
    return msgspec.json.encode(value)


def segment(data: bytes) -> str:
    """Return bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
