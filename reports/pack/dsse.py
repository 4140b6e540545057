"""DSSE v1: a signature over a payload and its type, in an envelope of exactly one form.

The envelope is RFC 8785 canonical JSON with canonical base64, so that each of its bytes matters: the
payload and its type are signed, the key id must be the key's own, and nothing else has room to differ.

Rule: nothing here knows what a payload says.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature

from reports.keys import keyid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class EnvelopeError(Exception):
    """Not an envelope of this form."""


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was signed, by whom (as the envelope claims), and the signature."""

    payload_type: str
    payload: bytes
    keyid: str
    signature: bytes


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    r"""Return DSSE's pre-authentication encoding; lengths count bytes.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    >>> pae("", "é".encode())
    b'DSSEv1 0  2 \xc3\xa9'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the envelope, as bytes."""
    public = key.public_key()
    return _encode(Envelope(payload_type, payload, keyid(public), key.sign(pae(payload_type, payload))))


def open_envelope(text: bytes) -> Envelope:
    """Read an envelope; anything but its one form is refused. Nothing is said of the signature yet."""
    try:
        wire = msgspec.json.decode(text, type=_Wire)
        (signature,) = wire.signatures
        envelope = Envelope(wire.payload_type, _decode(wire.payload), signature.keyid, _decode(signature.sig))
    except (msgspec.DecodeError, ValueError) as error:
        raise EnvelopeError(f"not a DSSE envelope with one signature ({error})") from error
    if _encode(envelope) != text:
        raise EnvelopeError("not in canonical form")
    return envelope


def is_signed_by(envelope: Envelope, public: Ed25519PublicKey) -> bool:
    """Say whether the signature is that of this key (the key id is not asked)."""
    try:
        public.verify(envelope.signature, pae(envelope.payload_type, envelope.payload))
    except InvalidSignature:
        return False
    return True


def _encode(envelope: Envelope) -> bytes:
    return rfc8785.dumps(
        {
            "payload": base64.b64encode(envelope.payload).decode(),
            "payloadType": envelope.payload_type,
            "signatures": [{"keyid": envelope.keyid, "sig": base64.b64encode(envelope.signature).decode()}],
        }
    )


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
