"""The keys that sign and verify tokens, and how they rotate.

Rules: RSA-2048, kept by the machine and fetched when first needed; a key that has been rotated out goes on
verifying until the last of its tokens has ended, and a day longer. The ring is what JWKS shows and what
/verify accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from joserfc.jwk import RSAKey

from fakes.iam.keystore import KeyStore, generate, user_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ALGORITHM = "RS256"
OVERLAP = 86_400.0
_KEPT = 4


@dataclass(slots=True, eq=False)
class RingKey:
    """A key, when the last of its tokens ends, and until when it verifies (None: it is the signing one)."""

    jwk: RSAKey
    kid: str
    tokens_end: float = 0.0
    until: float | None = None

    def good(self, now: float) -> bool:
        """Say whether tokens of this key are still believed."""
        return self.until is None or now < self.until


class KeyRing:
    """The key that signs now, and all that verify (it is one of them)."""

    def __init__(self, key: Callable[[int], RSAKey] | None = None) -> None:
        self._key = key or signing_key
        self._rotations = 0
        self._keys: dict[str, RingKey] = {}

    @property
    def signing(self) -> RingKey:
        """Return the key that signs."""
        return next(reversed(self._fetched().values()))

    def find(self, kid: str, now: float) -> RingKey | None:
        """Return the key of that id, if it verifies now."""
        key = self._fetched().get(kid)
        return key if key is not None and key.good(now) else None

    def signed(self, ends: float) -> None:
        """Take note of when a token of the signing key ends."""
        self.signing.tokens_end = max(self.signing.tokens_end, ends)

    def rotate(self, now: float) -> tuple[RingKey, float]:
        """Sign with a new key from now on; return the one that it replaces, and until when that verifies."""
        old = self.signing
        old.until = until = max(now, old.tokens_end) + OVERLAP
        self._keys = {kid: key for kid, key in self._keys.items() if key.good(now)}
        self._rotations += 1
        self._fetch()
        return old, until

    def verifying(self, now: float) -> tuple[RingKey, ...]:
        """Return the keys that verify, the one that signs first."""
        return tuple(key for key in reversed(self._fetched().values()) if key.good(now))

    def public(self, now: float) -> dict[str, Any]:
        """Return the JSON Web Key Set."""
        return {"keys": [key.jwk.as_dict(private=False) for key in self.verifying(now)]}

    def reset(self) -> None:
        """Be as at the start: one key, the first."""
        self._rotations = 0
        self._keys = {}

    def _fetched(self) -> dict[str, RingKey]:
        return self._keys or self._fetch()

    def _fetch(self) -> dict[str, RingKey]:
        jwk = self._key(self._rotations)
        self._keys[str(jwk.kid)] = RingKey(jwk, str(jwk.kid))
        return self._keys


@cache
def signing_key(number: int) -> RSAKey:
    """Return the key that a fake signs with after so many rotations: the same for all fakes of a machine."""
    return _jwk(_kept(f"signing-{number}") if number < _KEPT else generate())


@cache
def strangers_key() -> RSAKey:
    """Return a key that no ring holds: what an impostor would sign with."""
    return _jwk(_kept("stranger"))


def _kept(name: str) -> RSAPrivateKey:
    return KeyStore(user_folder()).get(name)


def _jwk(key: RSAPrivateKey) -> RSAKey:
    jwk = RSAKey(key, key, {"use": "sig", "alg": ALGORITHM})
    jwk.ensure_kid()
    return jwk
