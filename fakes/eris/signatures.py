"""Ed25519 signatures of receipts, by the keys that were registered.

Rule: the text of a signature is `sig-ed25519:{kid}:{base64}`; a revoked key verifies nothing new.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fakes.eris.canonical import Canonical

if TYPE_CHECKING:
    from fakes.eris.canonical import Receipt

_PREFIX = "sig-ed25519:"
_NO_FIT = "the signature does not fit the receipt"
KeyStatus = Literal["active", "revoked"]


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A public key and whether it may still sign."""

    public: Ed25519PublicKey
    status: KeyStatus


@dataclass(frozen=True, slots=True)
class Signature:
    """The text of a signature, taken apart."""

    kid: str
    value: bytes


def parse_signature(text: str) -> Signature | None:
    r"""Return the parts of a signature's text, or None where it is none.

    >>> parse_signature("sig-ed25519:a:b:AAAA")
    Signature(kid='a:b', value=b'\x00\x00\x00')
    >>> parse_signature("sig-rsa:a:AAAA")
    """
    if not text.startswith(_PREFIX):
        return None
    kid, _, encoded = text[len(_PREFIX) :].rpartition(":")
    try:
        return Signature(kid, base64.b64decode(encoded, validate=True)) if kid else None
    except binascii.Error:
        return None


def fits(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Say whether the signature of the message is this key's."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


class KeyBook:
    """The registered keys by kid."""

    def __init__(self) -> None:
        self.accept_any_kid = False
        self._keys: dict[str, RegisteredKey] = {}

    def register(self, kid: str, public_key: bytes, status: KeyStatus) -> None:
        """Add a key or change its status; ValueError where the bytes are no key."""
        self._keys[kid] = RegisteredKey(Ed25519PublicKey.from_public_bytes(public_key), status)

    def problem(self, receipt: Receipt, canonical: Canonical) -> str | None:
        """Say why the signature of a new receipt is not accepted; None if it is."""
        signature = parse_signature(receipt["signature"])
        if signature is None:
            return "the signature is not of the form sig-ed25519:kid:base64"
        if signature.kid != receipt["kid"]:
            return "the signature names another kid than the receipt"
        if not self.accept_any_kid:
            known = self._keys.get(signature.kid)
            if known is None or known.status == "revoked":
                return "the kid is " + ("not registered" if known is None else "revoked")
        message = canonical.signed
        keys = self._of(signature.kid, revoked_too=False)
        return None if any(fits(key, signature.value, message) for key in keys) else _NO_FIT

    def still_fits(self, receipt: Receipt) -> bool:
        """Say whether a stored receipt's signature is of its registered key, revoked since or not."""
        signature = parse_signature(receipt.get("signature", ""))
        if signature is None:
            return False
        message = Canonical(receipt).signed
        return any(fits(key, signature.value, message) for key in self._of(signature.kid, revoked_too=True))

    def _of(self, kid: str, *, revoked_too: bool) -> list[Ed25519PublicKey]:
        """Return the keys that may have signed under a kid: that one, or any, if any kid is taken."""
        named = [self._keys[kid]] if kid in self._keys else []
        keys = list(self._keys.values()) if self.accept_any_kid else named
        return [key.public for key in keys if revoked_too or key.status == "active"]
