"""The manifest: what is in the pack, byte for byte, and who signed it.

The signer's public key stands here, under its own signature, so that a pack of a signer whom nobody told us
about can still be said to be intact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reports.keys import keyid
from reports.pack.statement import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "mmm-evidence-pack/1"


class ManifestError(Exception):
    """Not a manifest, or one that contradicts itself."""


class Signer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed: the key's id (RFC 7638 thumbprint) and the 32 raw bytes of its public half."""

    keyid: str
    public_key: bytes

    def key(self) -> Ed25519PublicKey:
        """Return the key, or refuse one whose id is another."""
        try:
            public = Ed25519PublicKey.from_public_bytes(self.public_key)
        except ValueError as error:
            raise ManifestError("its signer's key is not an Ed25519 key") from error
        if keyid(public) != self.keyid:
            raise ManifestError("its signer's key has another id")
        return public


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One member's digest and size."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All members but the manifest itself and the envelope."""

    format: str
    signer: Signer
    members: dict[str, Member]


def write_manifest(members: Mapping[str, bytes], public: Ed25519PublicKey) -> bytes:
    """Return the manifest of these members."""
    listed = {name: Member(sha256(data), len(data)) for name, data in sorted(members.items())}
    manifest = Manifest(FORMAT, Signer(keyid(public), public.public_bytes_raw()), listed)
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(text: bytes) -> Manifest:
    """Read a manifest."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"not a manifest ({error})") from error
    if manifest.format != FORMAT:
        raise ManifestError(f"not of the format {FORMAT}")
    return manifest
