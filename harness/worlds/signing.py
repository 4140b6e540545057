"""The key that an engine signs its receipts with: made for one world, known to its ERIS fake alone."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.asking import tls
from harness.processes import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The variable in which the specification has an engine look for it.
SIGNING_KEY = "ERIS_SIGNING_KEY"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both halves, base64 of the raw bytes; the private one goes into the engine's environment alone."""

    public: str
    private: str = field(repr=False, default="")

    @property
    def kid(self) -> str:
        """Return the RFC 7638 thumbprint of the public half.

        >>> SigningKey("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").kid
        'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
        """
        point = _base64url(base64.b64decode(self.public))
        jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{point}"}}'
        return _base64url(hashlib.sha256(jwk.encode()).digest())


def new_signing_key() -> SigningKey:
    """Make a key pair."""
    key = Ed25519PrivateKey.generate()
    public, private = key.public_key().public_bytes_raw(), key.private_bytes_raw()
    return SigningKey(base64.b64encode(public).decode(), base64.b64encode(private).decode())


def trust(fakes: Mapping[str, str], key: SigningKey) -> None:
    """Make the ERIS fake trust the key, whatever the engine calls it: a `kid` is the engine's choice."""
    if "eris" not in fakes:
        return
    with httpx.Client(base_url=fakes["eris"], trust_env=False, timeout=5.0, verify=tls()) as eris:
        body = {"public_key": key.public, "status": "active"}
        for reply in (
            eris.put(f"/__fake__/keys/{key.kid}", json=body),
            eris.put("/__fake__/settings", json={"accept_any_kid": True}),
        ):
            if not reply.is_success:
                raise UnbuildableError(f"the ERIS fake does not take the signing key: {reply.status_code}")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
