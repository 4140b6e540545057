"""Test keys, kept on this machine: RSA generation is paid once, not at each start.

Rules: these keys sign for the fake alone and are worth nothing elsewhere; each file says so. A file is
believed only if it is a plain one of this user's own, closed to everybody else, with a whole key in it; any
other is replaced. The first process to write a key wins, so that those that start together share it. Where
nothing can be kept (no home, a full disk), a key lives as long as its process.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BITS = 2048
_LABEL = b"A test key of mmm-harness' IAM fake. Whatever it signs is worth nothing outside a test.\n"
_LONGEST = 8192
_PROBE = b"is this key whole?"


def user_folder() -> Path:
    """Return where this user's test keys are kept."""
    return platformdirs.user_cache_path("mmm-harness") / "test-keys"


def generate() -> RSAPrivateKey:
    """Return a new key."""
    return generate_private_key(public_exponent=65537, key_size=BITS)


class KeyStore:
    """Keys by name, in one folder."""

    def __init__(self, folder: Path, make: Callable[[], RSAPrivateKey] = generate) -> None:
        self._folder = folder
        self._make = make

    def get(self, name: str) -> RSAPrivateKey:
        """Return the key of that name, made now if there is none that can be believed."""
        path = self._folder / f"{name}.pem"
        known = _read(path)
        if known is not None:
            return known
        key = self._make()
        try:
            self._keep(path, key)
        except OSError:
            return key
        return _read(path) or key

    def _keep(self, path: Path, key: RSAPrivateKey) -> None:
        """Put a whole file there, unless another process has just done so."""
        if not self._folder.is_absolute():
            raise FileNotFoundError("this user has no home: its folder is no place that there is")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)  # of mode 0600, like the key
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_LABEL + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            if _read(path) is None:
                path.unlink(missing_ok=True)
            with suppress(FileExistsError):
                path.hardlink_to(name)
        finally:
            Path(name).unlink(missing_ok=True)


def _read(path: Path) -> RSAPrivateKey | None:
    """Return the key in a file that can be believed, else None."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return _parse(file.read(_LONGEST)) if _private(os.fstat(handle)) else None


def _private(status: os.stat_result) -> bool:
    others = stat.S_IRWXG | stat.S_IRWXO
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & others


def _parse(text: bytes) -> RSAPrivateKey | None:
    try:
        # The library's own validation takes 35 ms; one signature, checked, takes a hundredth of that.
        key = load_pem_private_key(text, None, unsafe_skip_rsa_key_validation=True)
    except ValueError:
        return None
    return key if isinstance(key, RSAPrivateKey) and key.key_size == BITS and _whole(key) else None


def _whole(key: RSAPrivateKey) -> bool:
    try:
        key.public_key().verify(key.sign(_PROBE, PKCS1v15(), SHA256()), _PROBE, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
