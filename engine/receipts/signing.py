"""Ed25519 over RFC 8785 canonical JSON; the key is named by its RFC 7638 thumbprint."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_RAW_KEY_BYTES = 32


class SigningKeyError(ValueError):
    """The signing key cannot be used; the message never contains any of it."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key and its name."""

    private: Ed25519PrivateKey = field(repr=False)
    kid: str

    def digest(self, purpose: bytes, text: str) -> str:
        """Return a keyed hash of `text`, so that hashed ids cannot be looked up in a dictionary."""
        secret = hashlib.sha256(purpose + self.private.private_bytes_raw()).digest()
        return hashlib.blake2b(text.encode(), key=secret, digest_size=12).hexdigest()

    def pseudonym(self, tenant_id: str, actor_id: str) -> str:
        """Return what logs call an actor of a tenant."""
        return self.digest(b"mmm-log", f"{len(tenant_id)}:{tenant_id}{actor_id}")


def read_signing_key(text: str) -> SigningKey:
    """Read a key given as PEM or as base64 of the 32 raw bytes."""
    private = _from_pem(text) if "-----BEGIN" in text else _from_base64(text)
    return SigningKey(private=private, kid=thumbprint(private))


def thumbprint(private: Ed25519PrivateKey) -> str:
    """Return the RFC 7638 thumbprint of the public key as an RFC 8037 JWK."""
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
    return _base64url(hashlib.sha256(rfc8785.dumps(jwk)).digest())


def sign(receipt: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return the receipt with `kid`, `signature_algo` and `signature`."""
    named = {**receipt, "kid": key.kid, "signature_algo": "ed25519"}
    signature = key.private.sign(rfc8785.dumps(named))
    return {**named, "signature": f"sig-ed25519:{key.kid}:{base64.b64encode(signature).decode()}"}


def _from_pem(text: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError):
        raise SigningKeyError("is not a readable PEM private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError("is not an Ed25519 key")
    return key


def _from_base64(text: str) -> Ed25519PrivateKey:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SigningKeyError("is neither PEM nor base64") from None
    if len(raw) != _RAW_KEY_BYTES:
        raise SigningKeyError("does not hold the 32 bytes of an Ed25519 key")
    return Ed25519PrivateKey.from_private_bytes(raw)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
