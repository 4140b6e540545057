"""Verifying: offline, member by member, until there is no byte left that could have changed unseen.

Envelope and manifest vouch for each other: the signature is checked with the keys that the reader trusts and
with the signer's own key from the manifest, whose digest is what was signed.

Rule: a member is read from where it lies, never from what the container says of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reports.keys import keyid
from reports.pack.build import ENVELOPE
from reports.pack.container import ContainerError, read_container, write_container
from reports.pack.dsse import Envelope, EnvelopeError, is_signed_by, open_envelope
from reports.pack.manifest import Manifest, ManifestError, read_manifest
from reports.pack.members import PackError
from reports.pack.statement import MANIFEST, PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CONTAINER = "container"


class Verification(msgspec.Struct, frozen=True):
    """What is to be said of a pack. `where` is the tampered member, or "container"."""

    signer: str = ""
    trusted: bool = False
    where: str = ""
    why: str = ""
    members: dict[str, bytes] = {}

    @property
    def intact(self) -> bool:
        """Say whether every byte is as it was signed, by whomever."""
        return not self.where

    @property
    def ok(self) -> bool:
        """Say whether it is intact and signed by one who is trusted."""
        return self.intact and self.trusted

    def line(self) -> str:
        """Return the result in one line."""
        if not self.intact:
            return f"tampered: {self.where} ({self.why})"
        return f"ok: signed by {self.signer}" if self.trusted else f"intact, signer unknown: {self.signer}"


class _TamperedError(Exception):
    def __init__(self, where: str, why: str) -> None:
        super().__init__(why)
        self.where = where


class _Resource(msgspec.Struct, frozen=True):
    name: str
    digest: dict[str, str]


class _Predicate(msgspec.Struct, frozen=True):
    configuration: tuple[_Resource, ...]


class _Statement(msgspec.Struct, frozen=True, rename={"type_": "_type", "predicate_type": "predicateType"}):
    type_: str
    predicate_type: str
    predicate: _Predicate


def verify_pack(path: Path, trusted: Iterable[Ed25519PublicKey]) -> Verification:
    """Check a pack against the keys of those who are trusted."""
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); give a pack that `mmm` built") from error
    return verify_bytes(blob, trusted)


def verify_bytes(blob: bytes, trusted: Iterable[Ed25519PublicKey]) -> Verification:
    """Check a pack that was read already."""
    try:
        members = _members(blob)
        signer = _signer(members, {keyid(key): key for key in trusted})
        _compare(members, read_manifest(members[MANIFEST]))
        _rebuild(members, blob)
    except _TamperedError as error:
        return Verification(where=error.where, why=str(error))
    return msgspec.structs.replace(signer, members=members)


def _members(blob: bytes) -> dict[str, bytes]:
    try:
        members = read_container(blob)
    except ContainerError as error:
        raise _TamperedError(CONTAINER, str(error)) from error
    for name in (ENVELOPE, MANIFEST):
        if name not in members:
            raise _TamperedError(name, "it is missing")
    return members


def _signer(members: dict[str, bytes], trusted: dict[str, Ed25519PublicKey]) -> Verification:
    """Check envelope and manifest against each other, and say who signed."""
    try:
        envelope = open_envelope(members[ENVELOPE])
    except EnvelopeError as error:
        raise _TamperedError(ENVELOPE, str(error)) from error
    by = next((name for name, key in trusted.items() if is_signed_by(envelope, key)), "")
    if by:
        _same_key_id(envelope, by)
    manifest_key = _manifest_key(members[MANIFEST])
    if not by:
        if not is_signed_by(envelope, manifest_key):
            raise _TamperedError(ENVELOPE, "its signature is not that of the signer in the manifest")
        _same_key_id(envelope, keyid(manifest_key))
    if _signed_digest(envelope) != sha256(members[MANIFEST]):
        raise _TamperedError(MANIFEST, "its digest is not the one that was signed")
    return Verification(signer=envelope.keyid, trusted=bool(by))


def _same_key_id(envelope: Envelope, name: str) -> None:
    if envelope.keyid != name:
        raise _TamperedError(ENVELOPE, "its key id is not that of the key that signed")


def _manifest_key(text: bytes) -> Ed25519PublicKey:
    try:
        return read_manifest(text).signer.key()
    except ManifestError as error:
        raise _TamperedError(MANIFEST, str(error)) from error


def _signed_digest(envelope: Envelope) -> str:
    try:
        signed = msgspec.json.decode(envelope.payload, type=_Statement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _TamperedError(ENVELOPE, f"what was signed is not a statement ({error})") from error
    kinds = (envelope.payload_type, signed.type_, signed.predicate_type)
    if kinds != (PAYLOAD_TYPE, STATEMENT_TYPE, PREDICATE_TYPE):
        raise _TamperedError(ENVELOPE, "what was signed is not a test result")
    digests = (
        each.digest.get("sha256", "") for each in signed.predicate.configuration if each.name == MANIFEST
    )
    return next(digests, "")


def _compare(members: dict[str, bytes], manifest: Manifest) -> None:
    for name, member in manifest.members.items():
        if name not in members:
            raise _TamperedError(name, "it is missing")
        if len(members[name]) != member.size or sha256(members[name]) != member.sha256:
            raise _TamperedError(name, "its digest is not the manifest's")
    for name in members.keys() - manifest.members.keys() - {ENVELOPE, MANIFEST}:
        raise _TamperedError(name, "it is not in the manifest")


def _rebuild(members: dict[str, bytes], blob: bytes) -> None:
    if write_container(members) != blob:
        raise _TamperedError(CONTAINER, "it is not the one form that its members have")
