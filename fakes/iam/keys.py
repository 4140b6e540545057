"""The keys that sign and verify tokens.

Rule: RSA-2048, made once for each process; the ring is what JWKS shows and what /verify accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
_BITS = 2048


@dataclass(frozen=True)
class KeyRing:
    """The key that signs now, and all that verify (it is one of them)."""

    signing: RSAKey
    verifying: tuple[RSAKey, ...]

    def find(self, kid: object) -> RSAKey | None:
        """Return the key of that id, or None."""
        return next((key for key in self.verifying if key.kid == kid), None)

    def public(self) -> dict[str, Any]:
        """Return the JSON Web Key Set."""
        return {"keys": [key.as_dict(private=False) for key in self.verifying]}


@cache
def process_ring() -> KeyRing:
    """Return this process' keys."""
    key = _generate()
    return KeyRing(key, (key,))


@cache
def strangers_key() -> RSAKey:
    """Return a key that no ring holds: what an impostor would sign with."""
    return _generate()


def _generate() -> RSAKey:
    return RSAKey.generate_key(_BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
