"""What is in a pack, and that it is the same for the same run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from reports.pack import PackError, SecretError, build_pack, verify_bytes, write_beside
from reports.pack.dsse import is_signed_by, open_envelope
from reports.record import Note, RunFinished, RunStarted, Status, Verdict
from reports.run import EventLog, RunError, now
from tests.reports.sample import events, write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MEMBERS = {
    "config/contracts.json",
    "config/profile.toml",
    "config/register.json",
    "config/power.json",
    "config/seeds.json",
    "config/subject.json",
    "config/versions.json",
    "coverage.json",
    "envelope.json",
    "exchanges/control-iam.har",
    "exchanges/engine.har",
    "exchanges/iam.har",
    "load/01-ci.json",
    "load/02-ide.json",
    "load/ide.jsonl",
    "manifest.json",
    "receipts-check.json",
    "receipts.jsonl",
    "report.html",
    "results/ctrf.json",
    "results/junit.xml",
    "results/sarif.json",
    "traceability.json",
}


def built(run_dir: Path, key: Ed25519PrivateKey) -> bytes:
    return build_pack(run_dir, run_dir.with_suffix(".zip"), key).read_bytes()


def members(run_dir: Path, key: Ed25519PrivateKey) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(built(run_dir, key))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def statement(run_dir: Path, key: Ed25519PrivateKey) -> dict[str, Any]:
    envelope = json.loads(members(run_dir, key)["envelope.json"])
    signed: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return signed


def judged(*verdicts: Verdict, exit_code: int = 0) -> list[Any]:
    return [*events()[:-1], RunFinished(at=events()[-1].at, verdicts=verdicts, exit_code=exit_code)]


def test_any_zip_reader_finds_exactly_the_members(run_dir: Path, key: Ed25519PrivateKey) -> None:
    assert set(members(run_dir, key)) == MEMBERS


def test_the_same_run_gives_the_same_bytes_wherever_it_lies(
    run_dir: Path, tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    elsewhere = tmp_path / "another place" / "moved"
    shutil.copytree(run_dir, elsewhere)

    assert built(run_dir, key) == built(run_dir, key) == built(elsewhere, key)


def test_another_run_gives_other_bytes(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    one = write_sample(tmp_path / "one")
    other = write_sample(tmp_path / "other", [*events(), Note(at=events()[-1].at, text="one more thing")])

    assert built(one, key) != built(other, key)


def test_a_torn_last_line_of_a_killed_run_changes_nothing(run_dir: Path, key: Ed25519PrivateKey) -> None:
    whole = built(run_dir, key)
    with (run_dir / "events" / "orchestrator.jsonl").open("ab") as file:
        file.write(b'{"type":"Note","at":"2026-')

    assert built(run_dir, key) == whole


def test_the_manifest_has_each_members_digest(run_dir: Path, key: Ed25519PrivateKey) -> None:
    found = members(run_dir, key)
    listed = json.loads(found["manifest.json"])["members"]

    expected = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in found.items()
        if name not in {"manifest.json", "envelope.json"}
    }
    assert {name: entry["sha256"] for name, entry in listed.items()} == expected


def test_the_envelope_is_signed_and_of_the_right_type(run_dir: Path, key: Ed25519PrivateKey) -> None:
    envelope = open_envelope(members(run_dir, key)["envelope.json"])

    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert is_signed_by(envelope, key.public_key())


def test_the_statement_names_what_was_judged_and_how(run_dir: Path, key: Ed25519PrivateKey) -> None:
    signed = statement(run_dir, key)
    predicate = signed["predicate"]
    resources = {each["name"]: each for each in predicate["configuration"]}

    assert signed["_type"] == "https://in-toto.io/Statement/v1"
    assert signed["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert signed["subject"][0]["digest"] == {"sha256": "ab" * 32}
    assert signed["subject"][0]["annotations"] == {"source": "declared by the profile"}
    assert predicate["result"] == "FAILED"
    assert (
        resources["manifest.json"]["digest"]["sha256"]
        == hashlib.sha256(members(run_dir, key)["manifest.json"]).hexdigest()
    )
    assert (
        resources["contracts/openapi/engine.yaml"]["digest"]["sha256"]
        == hashlib.sha256(b"openapi: 3.1.0").hexdigest()
    )
    assert resources["traceability.json"]["annotations"]["waived"] == ["OB-MMM-01"]


def test_tests_are_passed_or_failed_only_if_they_ran(run_dir: Path, key: Ed25519PrivateKey) -> None:
    predicate = statement(run_dir, key)["predicate"]

    assert predicate["passedTests"] == [
        "scenarios/features/test_playbooks.py::test_only_published_ones_fire",
        "scenarios/features/test_receipts.py::test_each_decision_leaves_one_receipt",
    ]
    assert "scenarios/resilience/test_llm.py::test_static_mentors" in predicate["failedTests"]
    listed = [*predicate["passedTests"], *predicate["warnedTests"], *predicate["failedTests"]]
    assert not [name for name in listed if "test_quiet_hours" in name or "test_dual_channel" in name]


def test_without_a_declared_artefact_the_subject_is_what_was_observed(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    run_dir = write_sample(tmp_path / "run", declared=False)

    (subject,) = statement(run_dir, key)["subject"]

    observed = hashlib.sha256(members(run_dir, key)["exchanges/engine.har"]).hexdigest()
    assert subject["digest"] == {"sha256": observed}
    assert subject["annotations"]["source"].startswith("observed")


@pytest.mark.parametrize(
    ("statuses", "exit_code", "result"),
    [
        ([Status.VERIFIED, Status.NOT_EXERCISED], 0, "PASSED"),
        ([Status.VERIFIED, Status.WAIVED], 0, "WARNED"),
        ([Status.NOT_EXERCISED], 0, "WARNED"),
        ([Status.VERIFIED, Status.UNKNOWN], 4, "FAILED"),
        ([Status.VERIFIED, Status.VIOLATED], 1, "FAILED"),
        ([Status.VERIFIED], 1, "FAILED"),
    ],
)
def test_nothing_is_passed_by_accident(
    tmp_path: Path, key: Ed25519PrivateKey, statuses: list[Status], exit_code: int, result: str
) -> None:
    verdicts = [Verdict(f"FR-{number}", status) for number, status in enumerate(statuses, start=1)]

    run_dir = write_sample(tmp_path / "run", judged(*verdicts, exit_code=exit_code))

    assert statement(run_dir, key)["predicate"]["result"] == result


def test_what_was_narrowed_is_not_passed(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    began, *rest = judged(Verdict("FR-1", Status.VERIFIED), exit_code=0)
    assert isinstance(began, RunStarted)
    results = [
        statement(write_sample(tmp_path / name, [replace(began, selection=narrowed), *rest]), key)[
            "predicate"
        ]
        for name, narrowed in (("whole", ""), ("part", "--requirement FR-1"))
    ]

    assert [one["result"] for one in results] == ["PASSED", "WARNED"]


def test_a_run_that_was_killed_before_it_was_judged_is_unknown(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    run_dir = write_sample(tmp_path / "run", events()[:-1])

    traced = json.loads(members(run_dir, key)["traceability.json"])

    assert statement(run_dir, key)["predicate"]["result"] == "FAILED"
    assert traced["verdict"]["word"] == "UNKNOWN"
    assert traced["verdict"]["totals"]["unknown"] == len(traced["requirements"])


def test_a_run_of_which_only_the_start_is_known_still_gives_a_pack(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    with EventLog(tmp_path / "run", "orchestrator") as log:
        log.emit(events()[0])

    pack = built(tmp_path / "run", key)

    assert verify_bytes(pack, [key.public_key()]).ok


def test_a_run_that_never_started_is_refused(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    with EventLog(tmp_path / "run", "orchestrator") as log:
        log.emit(Note(at=now(), text="lost"))

    with pytest.raises(RunError, match="never say that it started"):
        built(tmp_path / "run", key)


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZXYtMSJ9.c2lnbmF0dXJlLW9mLWl0", "a JWT-shaped string"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIE1N\n", "a private key block"),
    ],
)
@pytest.mark.parametrize("place", ["event", "file"])
def test_a_pack_with_a_secret_is_refused_by_member(
    tmp_path: Path, key: Ed25519PrivateKey, secret: str, kind: str, place: str
) -> None:
    leak = [Note(at=events()[-1].at, text=f"oops: {secret}")] if place == "event" else []
    run_dir = write_sample(tmp_path / "run", [*events(), *leak])
    if place == "file":
        (run_dir / "load" / "ide.jsonl").write_text(secret)

    with pytest.raises(SecretError, match=f"^(report.html|load/ide.jsonl): holds {kind}"):
        built(run_dir, key)

    assert not run_dir.with_suffix(".zip").exists()


def test_no_secret_of_the_profile_is_in_any_member(run_dir: Path, key: Ed25519PrivateKey) -> None:
    found = members(run_dir, key)

    assert not [
        name for name, data in found.items() if b"spelt-out-in-the-profile" in data or b"hunter2" in data
    ]
    assert b'MMM_SERVICE_TOKEN = "<redacted>"' in found["config/profile.toml"]
    assert b'IAM_SERVICE_URL = "{iam}/iam/v1"' in found["config/profile.toml"]


def test_the_receipts_are_there_with_the_check_of_their_chain(run_dir: Path, key: Ed25519PrivateKey) -> None:
    found = members(run_dir, key)

    assert [json.loads(line)["receipt_id"] for line in found["receipts.jsonl"].splitlines()] == [
        "r-0",
        "r-1",
        "r-2",
    ]
    assert json.loads(found["receipts-check.json"]) == {
        "receipts": 3,
        "chain_intact": False,
        "problems": ["r-2: prev_hash is not that of r-1"],
    }


def test_what_ci_shows_stands_beside_the_pack(run_dir: Path, tmp_path: Path, key: Ed25519PrivateKey) -> None:
    write_beside(run_dir, tmp_path)

    found = members(run_dir, key)
    assert (tmp_path / "junit.xml").read_bytes() == found["results/junit.xml"]
    assert (tmp_path / "report.html").read_bytes() == found["report.html"]


def test_a_pack_that_cannot_be_written_is_one_line(run_dir: Path, key: Ed25519PrivateKey) -> None:
    with pytest.raises(PackError, match="cannot be written"):
        build_pack(run_dir, run_dir / "no" / "such" / "folder.zip", key)
