from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reports.keys import (
    KeyFileError,
    keyid,
    load_private,
    load_public,
    new_key_pair,
    own_key_path,
    private_pem,
    signer,
    trusted,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_pair_is_written_with_the_private_half_for_its_owner_only(tmp_path: Path) -> None:
    made = new_key_pair(tmp_path / "key.pem")

    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert keyid(load_private(tmp_path / "key.pem").public_key()) == keyid(made.public_key())
    assert keyid(load_public(tmp_path / "key.pem.pub")) == keyid(made.public_key())


@pytest.mark.parametrize("existing", ["key.pem", "key.pem.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("precious")

    with pytest.raises(KeyFileError, match=f"{existing}: exists already"):
        new_key_pair(tmp_path / "key.pem")

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [existing]
    assert (tmp_path / existing).read_text() == "precious"


def test_the_users_own_key_is_made_once_and_trusted(own_folder: Path) -> None:
    assert trusted() == ()

    first, second = signer(), signer()

    assert private_pem(first) == private_pem(second)
    assert [keyid(each) for each in trusted()] == [keyid(first.public_key())]
    assert own_key_path().is_relative_to(own_folder)
    assert own_key_path().stat().st_mode & 0o777 == 0o600
    assert keyid(load_public(own_key_path().with_name("signing-key.pem.pub"))) == keyid(first.public_key())


def test_processes_that_race_for_the_own_key_get_the_same_one() -> None:
    script = "from reports.keys import *; print(keyid(signer().public_key()))"

    racers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = {racer.communicate(timeout=60)[0].strip() for racer in racers}

    assert answers == {keyid(load_private(own_key_path()).public_key())}


@pytest.mark.parametrize("as_file", [True, False])
def test_the_environment_names_the_key_by_file_or_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, as_file: bool
) -> None:
    made = new_key_pair(tmp_path / "key.pem")
    monkeypatch.setenv(
        "MMM_SIGNING_KEY", str(tmp_path / "key.pem") if as_file else private_pem(made).decode()
    )

    assert private_pem(signer()) == private_pem(made)
    assert [keyid(each) for each in trusted()] == [keyid(made.public_key())]
    assert not own_key_path().exists()


def test_a_key_given_by_name_comes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMM_SIGNING_KEY", str(tmp_path / "nowhere.pem"))
    made = new_key_pair(tmp_path / "key.pem")

    assert private_pem(signer(tmp_path / "key.pem")) == private_pem(made)


def test_keys_that_are_given_are_trusted_instead_of_ones_own(tmp_path: Path) -> None:
    signer()
    made = new_key_pair(tmp_path / "other.pem")

    assert [keyid(each) for each in trusted((tmp_path / "other.pem.pub",))] == [keyid(made.public_key())]


def test_what_is_no_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.pem"
    path.write_text("not a key")

    with pytest.raises(KeyFileError, match=r"x\.pem: not an unencrypted private key in PEM"):
        load_private(path)
    with pytest.raises(KeyFileError, match=r"x\.pem: not a public key in PEM"):
        load_public(path)
    with pytest.raises(KeyFileError, match=r"missing: cannot be read"):
        load_public(tmp_path / "missing")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "x.pem"

    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="not an Ed25519 key"):
        load_private(path)

    path.write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(KeyFileError, match="not an Ed25519 key"):
        load_public(path)


def test_ids_of_different_keys_differ() -> None:
    ids = {keyid(Ed25519PrivateKey.generate().public_key()) for _ in range(20)}

    assert len(ids) == 20
