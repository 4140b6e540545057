"""Section 2 and 7: an engine that cannot be right does not start."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from engine.defects.catalogue import by_id
from engine.receipts.signing import SigningKeyError, read_signing_key
from engine.settings import SettingsError, load_settings
from tests.engine.house import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.house import Place


def attempt(
    environment: dict[str, str], *arguments: str, cwd: Path = CHECKOUT
) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", *(arguments or ("engine",))]
    return subprocess.run(
        argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=30
    )


BAD = [
    ("ERIS_SIGNING_KEY", None),
    ("ERIS_SIGNING_KEY", ""),
    ("ERIS_SIGNING_KEY", "AAAA"),
    ("ERIS_SIGNING_KEY", "not base64!"),
    ("ERIS_SIGNING_KEY", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
    ("DATABASE_URL", None),
    ("DATABASE_URL", "mysql://h/d"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("IAM_SERVICE_URL", None),
    ("MMM_BREAKER_FAILURES", "none"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_is_wrong_is_named_but_not_repeated(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    for key, text in place.environment("sqlite:///unused.db").items():
        monkeypatch.setenv(key, text)
    monkeypatch.delenv(name, raising=False)
    if value is not None:
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    message = str(refused.value)
    assert message.startswith(f"mmm-engine: {name} ")
    assert "\n" not in message
    assert not value or value not in message


@pytest.mark.parametrize(("name", "value"), [BAD[0], BAD[3]])
def test_it_ends_with_one_line(place: Place, name: str, value: str | None) -> None:
    whole = {**place.environment("sqlite:///unused.db"), name: value}
    environment = {key: text for key, text in whole.items() if text is not None}

    ended = attempt(environment)

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert ended.stderr.startswith(f"mmm-engine: {name} ")


def test_a_key_is_read_as_pem_and_as_base64(place: Place) -> None:
    private = read_signing_key(place.key).private
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    assert read_signing_key(pem).kid == place.kid
    assert read_signing_key(pem.replace("\n", "\\n")).kid == place.kid


def test_a_key_of_another_kind_is_refused() -> None:
    rsa = generate_private_key(65537, 2048)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    with pytest.raises(SigningKeyError, match="Ed25519"):
        read_signing_key(pem)


def test_the_kid_is_the_thumbprint_of_rfc_8037() -> None:
    """Appendix A.3 of RFC 8037."""
    raw = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert (
        read_signing_key(base64.b64encode(raw).decode()).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )


def test_the_key_is_never_shown() -> None:
    key = read_signing_key("A" * 43 + "=")

    assert "Ed25519PrivateKey" not in repr(key)
    assert isinstance(key.private, Ed25519PrivateKey)


def test_defects_are_listed_anywhere_and_an_unknown_one_is_refused(place: Place, tmp_path: Path) -> None:
    listed = attempt(place.environment("sqlite:///unused.db"), "engine.defects", cwd=tmp_path)
    refused = attempt(place.environment("sqlite:///unused.db"), "engine.defects", "none-such")
    several = (next(iter(by_id())), "--workers", "2")
    in_workers = attempt(place.environment("sqlite:///unused.db"), "engine.defects", *several)

    told = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [one["id"] for one in told] == list(by_id())
    assert all((CHECKOUT / change["file"]).is_file() for one in told for change in one["changes"])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert (in_workers.returncode, in_workers.stderr.count("\n")) == (2, 1)


def test_the_sound_engine_knows_no_defect() -> None:
    code = "import engine.__main__, sys; sys.exit(any(n.startswith('engine.defects') for n in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0
