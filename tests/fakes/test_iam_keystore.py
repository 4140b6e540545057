"""Test keys kept on the machine: made once, believed only if they are this user's own and whole."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from fakes.iam.keystore import KeyStore, generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SLOTS = 3


@pytest.fixture(scope="module")
def spare() -> list[RSAPrivateKey]:
    """Return keys that cost once."""
    return [generate() for _ in range(SLOTS)]


@pytest.fixture
def store(tmp_path: Path, spare: list[RSAPrivateKey]) -> KeyStore:
    """Return a store that makes one spare key after the other."""
    return KeyStore(tmp_path / "keys", iter(spare).__next__)


def number(key: RSAPrivateKey) -> int:
    return key.private_numbers().public_numbers.n


def test_a_key_is_made_once_and_kept_closed(
    store: KeyStore, tmp_path: Path, spare: list[RSAPrivateKey]
) -> None:
    first, again, other = store.get("a"), store.get("a"), store.get("b")

    path = tmp_path / "keys" / "a.pem"
    numbers = [number(key) for key in (first, again, other)]
    assert numbers == [number(spare[0]), number(spare[0]), number(spare[1])]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(each.name for each in path.parent.iterdir()) == ["a.pem", "b.pem"]
    assert b"test key" in path.read_bytes().splitlines()[0]
    assert b"worth nothing" in path.read_bytes().splitlines()[0]


def spoiled_number(text: bytes) -> bytes:
    """Return a PEM whose key still parses, and does not sign what it verifies."""
    key = load_pem_private_key(text, None)
    der = bytearray(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    der[100] ^= 1  # within the modulus
    body = base64.encodebytes(bytes(der))
    return b"-----BEGIN PRIVATE KEY-----\n" + body + b"-----END PRIVATE KEY-----\n"


def small_key(_text: bytes) -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- that is what is wrong with it
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda _: b"\xff" * 20_000, lambda text: text[:-200], spoiled_number, small_key],
    ids=["empty", "rubbish", "cut", "spoiled", "small"],
)
def test_a_file_without_a_whole_key_is_replaced(
    store: KeyStore, tmp_path: Path, spare: list[RSAPrivateKey], spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "keys" / "a.pem"
    store.get("a")
    path.write_bytes(spoil(path.read_bytes()))

    found = [number(store.get("a")) for _ in range(2)]

    assert found == [number(spare[1])] * 2


def test_a_file_that_others_can_read_is_replaced(
    store: KeyStore, tmp_path: Path, spare: list[RSAPrivateKey]
) -> None:
    path = tmp_path / "keys" / "a.pem"
    store.get("a")
    path.chmod(0o640)

    assert number(store.get("a")) == number(spare[1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_somebody_else_s_file_is_replaced(
    store: KeyStore, spare: list[RSAPrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.get("a")
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)

    # To this "user" all files are another's, what it writes itself included: a key of its own each time.
    assert [number(store.get("a")) for _ in range(2)] == [number(spare[1]), number(spare[2])]


def test_a_link_is_not_followed(store: KeyStore, tmp_path: Path, spare: list[RSAPrivateKey]) -> None:
    store.get("a")
    elsewhere = tmp_path / "elsewhere.pem"
    (tmp_path / "keys" / "a.pem").rename(elsewhere)
    (tmp_path / "keys" / "a.pem").symlink_to(elsewhere)

    assert number(store.get("a")) == number(spare[1])
    assert elsewhere.exists()


def test_a_pipe_in_a_key_s_place_hangs_nobody(
    store: KeyStore, tmp_path: Path, spare: list[RSAPrivateKey]
) -> None:
    (tmp_path / "keys").mkdir()
    os.mkfifo(tmp_path / "keys" / "a.pem", 0o600)

    assert number(store.get("a")) == number(spare[0])
    assert number(store.get("a")) == number(spare[0])


def test_where_nothing_can_be_kept_a_key_is_made_all_the_same(
    tmp_path: Path, spare: list[RSAPrivateKey]
) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")
    store = KeyStore(tmp_path / "keys", iter(spare).__next__)

    assert [number(store.get("a")) for _ in range(2)] == [number(key) for key in spare[:2]]


def test_a_user_without_a_home_keeps_nothing(
    tmp_path: Path, spare: list[RSAPrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = KeyStore(Path("~") / "keys", iter(spare).__next__)

    assert number(store.get("a")) == number(spare[0])
    assert list(tmp_path.iterdir()) == []


def test_who_is_second_takes_the_first_one_s_key(tmp_path: Path, spare: list[RSAPrivateKey]) -> None:
    first = KeyStore(tmp_path / "keys", lambda: spare[0])

    def overtaken() -> RSAPrivateKey:
        first.get("a")
        return spare[1]

    assert number(KeyStore(tmp_path / "keys", overtaken).get("a")) == number(spare[0])
    assert number(first.get("a")) == number(spare[0])


RACER = """
import sys
from pathlib import Path
from fakes.iam.keystore import KeyStore
store = KeyStore(Path(sys.argv[1]))
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
print([store.get(name).private_numbers().public_numbers.n % 10**12 for name in ("a", "b")])
"""


def test_processes_that_start_together_share_their_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACER, str(tmp_path / "keys")]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        said = [racer.communicate("go\n", timeout=30)[0] for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()

    assert len(set(said)) == 1
    assert said[0].startswith("[")
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["a.pem", "b.pem"]
