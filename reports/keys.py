"""Ed25519 keys of those who sign packs: made, stored, read and named.

A key's id is the RFC 7638 thumbprint of its public half (SHA-256 over `{"crv":"Ed25519","kty":"OKP","x":…}`,
base64url without padding), as for the keys that sign receipts.

Rule: a private key is only ever in a file of mode 0600, or in the environment that the user set.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import platformdirs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reports.files import write_new, write_whole

SIGNING_KEY_VARIABLE = "MMM_SIGNING_KEY"


class KeyFileError(Exception):
    """A key that cannot be read or made: one line, naming the file and the mend."""


def keyid(public: Ed25519PublicKey) -> str:
    """Return the RFC 7638 thumbprint; the example is RFC 8037's own (appendix A.3).

    >>> x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    >>> keyid(Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=")))
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
    """
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{_base64url(public.public_bytes_raw())}"}}'
    return _base64url(hashlib.sha256(jwk.encode()).digest())


def new_key_pair(path: Path) -> Ed25519PrivateKey:
    """Write a new private key to `path` and its public half to `path.pub`; neither may exist."""
    for file in (path, public_path(path)):
        if file.exists():
            raise KeyFileError(f"{file}: exists already; a key is never overwritten, choose another --out")
    key = Ed25519PrivateKey.generate()
    try:
        write_new(path, private_pem(key), 0o600)
        write_new(public_path(path), public_pem(key.public_key()))
    except FileExistsError as error:
        raise KeyFileError(
            f"{path}: exists already; a key is never overwritten, choose another --out"
        ) from error
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error
    return key


def own_key_path() -> Path:
    """Return where this user's own key is, or will be."""
    return platformdirs.user_config_path("mmm-harness") / "signing-key.pem"


def own_key() -> Ed25519PrivateKey:
    """Return this user's own key; the first who asks makes it, and all get the same."""
    path = own_key_path()
    if not path.exists():
        _make_own_key(path)
    return load_private(path)


def signer(signing_key: Path | None = None) -> Ed25519PrivateKey:
    """Return the key to sign with: the one given, else MMM_SIGNING_KEY (file or PEM), else the user's own."""
    return load_private(signing_key) if signing_key else _key_of_environment() or own_key()


def trusted(public_keys: tuple[Path, ...] = ()) -> tuple[Ed25519PublicKey, ...]:
    """Return whose packs are trusted: the keys given, else what this user signs with (nothing is made)."""
    if public_keys:
        return tuple(load_public(path) for path in public_keys)
    own = [load_private(own_key_path())] if own_key_path().exists() else []
    given = _key_of_environment()
    return tuple(key.public_key() for key in [*own, *([given] if given else [])])


def load_private(path: Path) -> Ed25519PrivateKey:
    """Read a private key (PEM, unencrypted)."""
    return _private(_read(path), str(path))


def load_public(path: Path) -> Ed25519PublicKey:
    """Read a public key (PEM)."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            f"{path}: not a public key in PEM; give the .pub file of `mmm keys new`"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path}: not an Ed25519 key; give the .pub file of `mmm keys new`")
    return key


def public_path(path: Path) -> Path:
    """Return where the public half of a key file is."""
    return path.with_name(path.name + ".pub")


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return a private key as PEM (PKCS #8)."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM (SubjectPublicKeyInfo)."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _make_own_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        write_new(path, private_pem(Ed25519PrivateKey.generate()), 0o600)
    except FileExistsError:
        return  # another process was first: its key is the user's own
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written ({error.strerror}); give --signing-key") from error
    write_whole(public_path(path), public_pem(load_private(path).public_key()))


def _key_of_environment() -> Ed25519PrivateKey | None:
    value = os.environ.get(SIGNING_KEY_VARIABLE, "")
    if value.lstrip().startswith("-----BEGIN"):
        return _private(value.encode(), SIGNING_KEY_VARIABLE)
    return load_private(Path(value)) if value else None


def _private(pem: bytes, name: str) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            f"{name}: not an unencrypted private key in PEM; make one: mmm keys new"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{name}: not an Ed25519 key; make one: mmm keys new")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read ({error.strerror}); is the path right?") from error


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
