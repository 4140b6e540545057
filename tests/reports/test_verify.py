"""No byte of a pack can change unseen."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports.keys import keyid
from reports.pack import PackError, build_pack, verify_bytes, verify_pack
from reports.pack.container import write_container
from reports.pack.dsse import sign
from reports.pack.manifest import write_manifest
from tests.reports.sample import events, write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCAL_HEADER = 30
POSITIONS = 600


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, key: Ed25519PrivateKey) -> bytes:
    """Return a full pack."""
    folder = tmp_path_factory.mktemp("pack")
    return build_pack(write_sample(folder / "run"), folder / "run.zip", key).read_bytes()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, key: Ed25519PrivateKey) -> bytes:
    """Return the pack of a run that had only begun."""
    folder = tmp_path_factory.mktemp("small")
    return build_pack(write_sample(folder / "run", events()[:1]), folder / "run.zip", key).read_bytes()


def spans(blob: bytes) -> dict[str, range]:
    """Return where each member's bytes lie, as another library sees it."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        starts = [
            (each, each.header_offset + LOCAL_HEADER + len(each.filename)) for each in archive.infolist()
        ]
    return {each.filename: range(start, start + each.file_size) for each, start in starts}


def contents(blob: bytes) -> dict[str, bytes]:
    return {name: blob[span.start : span.stop] for name, span in spans(blob).items()}


def member_at(position: int, where: dict[str, range]) -> str:
    return next((name for name, span in where.items() if position in span), "")


def flipped(blob: bytes, position: int, bits: int) -> bytes:
    return blob[:position] + bytes([blob[position] ^ bits]) + blob[position + 1 :]


def flips(blob: bytes, positions: list[int]) -> Iterator[tuple[int, bytes]]:
    return ((position, flipped(blob, position, random.randint(1, 255))) for position in positions)


def test_an_untouched_pack_of_a_trusted_signer_is_ok(pack: bytes, key: Ed25519PrivateKey) -> None:
    result = verify_bytes(pack, [Ed25519PrivateKey.generate().public_key(), key.public_key()])

    assert result.ok
    assert result.line() == f"ok: signed by {keyid(key.public_key())}"
    assert result.members == contents(pack)


def test_an_intact_pack_of_an_unknown_signer_is_said_to_be_just_that(
    pack: bytes, key: Ed25519PrivateKey
) -> None:
    result = verify_bytes(pack, [Ed25519PrivateKey.generate().public_key()])

    assert result.intact
    assert not result.ok
    assert result.line() == f"intact, signer unknown: {keyid(key.public_key())}"


@pytest.mark.parametrize("trusting", [True, False])
def test_any_byte_that_is_changed_is_seen_and_its_member_named(
    pack: bytes, key: Ed25519PrivateKey, *, trusting: bool
) -> None:
    where, trusted = spans(pack), [key.public_key()] if trusting else []
    # pytest-randomly seeds each test from the seed that it prints.
    positions = random.sample(range(len(pack)), POSITIONS)

    for position, changed in flips(pack, positions):
        result = verify_bytes(changed, trusted)

        assert not result.intact, position
        assert result.where == (member_at(position, where) or result.where), position


def test_every_byte_of_envelope_manifest_and_container_matters(small: bytes, key: Ed25519PrivateKey) -> None:
    where = spans(small)
    plain = {
        at for name, span in where.items() if name not in {"envelope.json", "manifest.json"} for at in span
    }
    positions = [at for at in range(len(small)) if at not in plain]

    for position, changed in flips(small, positions):
        result = verify_bytes(changed, [key.public_key()])

        assert not result.intact, position
        assert result.where == (member_at(position, where) or result.where), position


@pytest.mark.parametrize("name", ["envelope.json", "manifest.json"])
@pytest.mark.parametrize("bits", [0x01, 0x20])
def test_no_single_bit_of_what_is_signed_changes_unseen_even_for_a_stranger(
    small: bytes, name: str, bits: int
) -> None:
    # 0x20 turns a letter's case, which is where lenient readers of hex, base64 and JSON are caught.
    for position in spans(small)[name]:
        result = verify_bytes(flipped(small, position, bits), [])

        assert result.where == name, position


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_pack_that_is_cut_short_is_refused(pack: bytes, key: Ed25519PrivateKey, share: float) -> None:
    result = verify_bytes(pack[: int(len(pack) * share)], [key.public_key()])

    assert not result.intact


@pytest.mark.parametrize("end", ["before", "after"])
def test_bytes_that_are_added_are_seen(pack: bytes, key: Ed25519PrivateKey, end: str) -> None:
    result = verify_bytes(b"x" + pack if end == "before" else pack + b"x", [key.public_key()])

    assert result.where == "container"


def test_another_order_or_form_of_the_same_members_is_refused(pack: bytes, key: Ed25519PrivateKey) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        again = io.BytesIO()
        with zipfile.ZipFile(again, "w", method) as archive:
            for name, data in reversed(contents(pack).items()):
                archive.writestr(zipfile.ZipInfo(name), data, method)

        result = verify_bytes(again.getvalue(), [key.public_key()])

        assert not result.intact
    assert verify_bytes(write_container(contents(pack)), [key.public_key()]).ok


def test_a_member_that_was_exchanged_removed_or_added_is_named(pack: bytes, key: Ed25519PrivateKey) -> None:
    whole = contents(pack)
    exchanged = whole | {"report.html": b"<h1>PASS</h1>"}
    removed = {name: data for name, data in whole.items() if name != "receipts.jsonl"}
    added = whole | {"results/extra.json": b"{}"}

    for changed, named in (
        (exchanged, "report.html"),
        (removed, "receipts.jsonl"),
        (added, "results/extra.json"),
    ):
        result = verify_bytes(write_container(changed), [key.public_key()])

        assert result.where == named
        assert named in result.line()


def test_two_members_with_one_name_are_refused(pack: bytes, key: Ed25519PrivateKey) -> None:
    header_end = spans(pack)["config/contracts.json"].stop

    result = verify_bytes(pack[:header_end] + pack, [key.public_key()])

    assert result.where == "container"


def test_a_signature_of_somebody_else_is_not_the_signers(pack: bytes, key: Ed25519PrivateKey) -> None:
    whole = contents(pack)
    stranger = Ed25519PrivateKey.generate()
    payload = base64.b64decode(json.loads(whole["envelope.json"])["payload"])

    forged = whole | {"envelope.json": sign("application/vnd.in-toto+json", payload, stranger)}

    assert verify_bytes(write_container(forged), [key.public_key()]).where == "envelope.json"


def test_a_manifest_of_somebody_else_does_not_pass_under_a_trusted_signature(
    pack: bytes, key: Ed25519PrivateKey
) -> None:
    whole = contents(pack) | {"report.html": b"<h1>PASS</h1>"}
    rest = {name: data for name, data in whole.items() if name not in {"manifest.json", "envelope.json"}}

    forged = whole | {"manifest.json": write_manifest(rest, key.public_key())}

    assert verify_bytes(write_container(forged), [key.public_key()]).where == "manifest.json"


def test_a_trusted_signature_over_something_else_is_no_verdict(pack: bytes, key: Ed25519PrivateKey) -> None:
    for kind, payload in (("text/plain", b"{}"), ("application/vnd.in-toto+json", b'{"_type": "x"}')):
        forged = contents(pack) | {"envelope.json": sign(kind, payload, key)}

        assert verify_bytes(write_container(forged), [key.public_key()]).where == "envelope.json"


@pytest.mark.parametrize("blob", [b"", b"PK", b"not a zip at all" * 100, b"PK\x03\x04" + b"\xff" * 400])
def test_what_is_no_pack_is_refused_without_a_fuss(blob: bytes, key: Ed25519PrivateKey) -> None:
    assert verify_bytes(blob, [key.public_key()]).where == "container"


def test_a_pack_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"missing\.zip: cannot be read"):
        verify_pack(tmp_path / "missing.zip", [])
