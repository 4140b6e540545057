"""`mmm evidence` and `mmm keys`, as a user runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from harness.cli.evidence import evidence
from harness.cli.keys import keys
from reports.keys import keyid, load_public, own_key_path

if TYPE_CHECKING:
    from pathlib import Path


def mmm(*arguments: str | Path) -> Result:
    command = {"evidence": evidence, "keys": keys}[str(arguments[0])]
    return CliRunner().invoke(command, [str(each) for each in arguments[1:]])


@pytest.fixture
def pack(run_dir: Path) -> Path:
    assert mmm("evidence", "build", run_dir).exit_code == 0
    return run_dir.with_name("run.zip")


def test_a_pack_is_built_beside_its_run_and_verified_with_ones_own_key(pack: Path) -> None:
    result = mmm("evidence", "verify", pack)

    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        result.stdout
        == f"{pack}: ok: signed by {keyid(load_public(own_key_path().with_name('signing-key.pem.pub')))}\n"
    )


def test_a_pack_goes_where_it_is_told_and_is_signed_by_the_key_that_is_given(
    run_dir: Path, tmp_path: Path
) -> None:
    key, out = tmp_path / "key.pem", tmp_path / "given.zip"
    assert mmm("keys", "new", "--out", key).exit_code == 0

    built = mmm("evidence", "build", run_dir, "--out", out, "--signing-key", key)

    assert built.exit_code == 0
    assert mmm("evidence", "verify", out, "--key", tmp_path / "key.pem.pub").exit_code == 0
    assert not own_key_path().exists()


def test_several_keys_may_be_trusted(pack: Path, tmp_path: Path) -> None:
    assert mmm("keys", "new", "--out", tmp_path / "other.pem").exit_code == 0
    own = own_key_path().with_name("signing-key.pem.pub")

    assert mmm("evidence", "verify", pack, "--key", tmp_path / "other.pem.pub", "--key", own).exit_code == 0
    unknown = mmm("evidence", "verify", pack, "--key", tmp_path / "other.pem.pub")

    assert unknown.exit_code == 1
    assert f"intact, signer unknown: {keyid(load_public(own))}" in unknown.stdout


def test_a_tampered_pack_is_refused_and_the_member_named(pack: Path) -> None:
    pack.write_bytes(pack.read_bytes().replace(b"breaks 5 of 43", b"breaks 0 of 43"))

    verified, shown = mmm("evidence", "verify", pack), mmm("evidence", "show", pack)

    assert (verified.exit_code, shown.exit_code) == (1, 1)
    assert "tampered: report.html" in verified.stdout
    assert "tampered: report.html" in shown.stderr
    assert shown.stdout == ""


def test_show_prints_the_table_of_a_pack(pack: Path) -> None:
    result = mmm("evidence", "show", pack)

    assert result.exit_code == 0
    assert "ok: signed by" in result.stdout.splitlines()[0]
    assert "f-isolation  [NFR-5]" in result.stdout
    assert "contract coverage: operations 100 % of " in result.stdout
    assert "enum values 33.3 % of 3" in result.stdout
    assert result.stdout.rstrip().endswith(
        "verdict: FAIL verified 4 violated 5 not-exercised 32 waived 1 unknown 1"
    )


def test_a_run_with_a_secret_is_refused(run_dir: Path) -> None:
    (run_dir / "load" / "ide.jsonl").write_text("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkIn0.c2ln")

    result = mmm("evidence", "build", run_dir)

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: load/ide.jsonl: holds a JWT-shaped string")
    assert not run_dir.with_name("run.zip").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("evidence", "verify", "{tmp}/missing.zip"),
            "missing.zip: cannot be read (No such file or directory)",
        ),
        (("evidence", "verify", "{tmp}"), "cannot be read (Is a directory)"),
        (("evidence", "show", "{tmp}/missing.zip"), "missing.zip: cannot be read"),
        (("evidence", "build", "{tmp}"), "not a run directory"),
        (("evidence", "build", "{tmp}/missing"), "not a run directory"),
        (("evidence", "build", "{run}", "--out", "{tmp}"), "cannot be written"),
        (("evidence", "build", "{run}", "--out", "{tmp}/no/where.zip"), "cannot be written"),
        (("evidence", "build", "{run}", "--signing-key", "{tmp}/none.pem"), "none.pem: cannot be read"),
        (("evidence", "verify", "{tmp}/x", "--key", "{run}/config/profile.toml"), "not a public key in PEM"),
        (("keys", "new", "--out", "{run}/config/profile.toml"), "exists already"),
        (("keys", "new", "--out", "{tmp}/no/where.pem"), "cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_input(
    run_dir: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = mmm(*(each.format(tmp=tmp_path, run=run_dir) for each in arguments))

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_new_keys_are_told_and_never_overwrite(tmp_path: Path) -> None:
    first = mmm("keys", "new", "--out", tmp_path / "key.pem")
    second = mmm("keys", "new", "--out", tmp_path / "key.pem")

    assert first.exit_code == 0
    assert (tmp_path / "key.pem.pub").read_text() in first.stdout
    assert keyid(load_public(tmp_path / "key.pem.pub")) in first.stdout
    assert "PRIVATE" not in first.stdout
    assert second.exit_code == 2


def test_without_a_file_the_key_is_the_users_own() -> None:
    assert mmm("keys", "new").exit_code == 0

    assert own_key_path().stat().st_mode & 0o777 == 0o600
    assert mmm("keys", "new").exit_code == 2
