"""The gate: a file that asks, and an answer that is yes only where all of it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from harness.cli.main import run
from harness.gate import Gate, answer, load_gate, refusals
from harness.processes import ConfigurationError
from reports.formats.coverage import Coverage, Excused, Share
from reports.keys import public_pem
from reports.pack import build_pack
from reports.record import CoverageDeclared, CoverageObserved, Event, RunFinished, Status, Verdict
from tests.reports.sample import events, write_sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ASKED = "[contract_coverage]\noperations = 100\nbranches = 95.5\n"
# What is in the file, and the words that the one line must have.
BAD = {
    "empty": ("", "asks for nothing"),
    "empty table": ("[contract_coverage]", "asks for nothing"),
    "no TOML": ("[contract_coverage", "is not TOML"),
    "unknown section": ("[latency]\np95 = 1", "unknown key latency"),
    "unknown kind": (
        "[contract_coverage]\noperation = 1",
        "contract_coverage.operation (did you mean operations?)",
    ),
    "too much": ("[contract_coverage]\nbranches = 101", "contract_coverage.branches: expected float <= 100"),
    "negative": ("[contract_coverage]\nbranches = -1", "contract_coverage.branches: expected float >= 0"),
    "a word": ('[contract_coverage]\nbranches = "all"', "it is a number from 0 to 100"),
    "a truth": ("[contract_coverage]\nbranches = true", "it is a number from 0 to 100"),
    "no number": ("[contract_coverage]\nbranches = nan", "contract_coverage.branches"),
    "no table": ("contract_coverage = 1", "contract_coverage: expected object, got int; it is a table"),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "gate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def covered(operations: tuple[int, int], branches: tuple[int, int]) -> Coverage:
    """Return a coverage of so many points of so many."""

    def share(kind: str, touched: int, of: int) -> Share:
        names = tuple(map(str, range(of)))
        return Share(kind, names[:touched], names[touched:], ())

    return Coverage("", ("a",), (share("operations", *operations), share("branches", *branches)))


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return load_gate(written(tmp_path, ASKED))


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD.keys())
def test_a_gate_that_cannot_be_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigurationError) as caught:
        load_gate(path)

    assert caught.value.line.startswith(f"{path}: ")
    assert said in caught.value.line
    assert "\n" not in caught.value.line
    assert caught.value.exit_code == 2


def test_a_gate_that_is_not_there_or_no_text_is_one_line(tmp_path: Path) -> None:
    binary = tmp_path / "gate.toml"
    binary.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        load_gate(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match="is not UTF-8 text"):
        load_gate(binary)


def test_what_reaches_every_floor_is_let_through(gate: Gate) -> None:
    assert refusals(gate, covered((24, 24), (191, 200))) == ()
    assert answer(()) == ("gate: yes",)


def test_each_floor_that_was_missed_is_a_reason(gate: Gate) -> None:
    refused = refusals(gate, covered((23, 24), (190, 200)))

    assert answer(refused) == (
        "gate: no: contract coverage: operations 95.8 % (23 of 24), the floor is 100 %",
        "gate: no: contract coverage: branches 95 % (190 of 200), the floor is 95.5 %",
    )


def test_what_is_excused_is_told_beside_what_was_missed(gate: Gate) -> None:
    reached = covered((23, 24), (200, 200))
    operations = replace(reached.shares[0], excused=(Excused("GET /x", "why"),))

    assert refusals(gate, replace(reached, shares=(operations, reached.shares[1]))) == (
        "contract coverage: operations 95.8 % (23 of 24, 1 excused), the floor is 100 %",
    )


def test_a_narrowed_run_releases_nothing_whatever_it_reached(gate: Gate) -> None:
    narrowed = replace(covered((24, 24), (200, 200)), narrowed="--suite contracts")

    assert refusals(gate, narrowed) == (
        "the run was narrowed (--suite contracts); a release needs a whole one",
    )


def test_a_floor_is_not_reached_by_rounding(gate: Gate) -> None:
    assert refusals(gate, covered((24, 24), (95499, 100000))) != ()
    assert refusals(gate, covered((24, 24), (95500, 100000))) == ()


def test_what_was_not_observed_was_not_reached(gate: Gate) -> None:
    assert refusals(gate, None) == ("contract coverage was not observed",)
    assert refusals(gate, covered((0, 0), (1, 1))) == (
        "contract coverage: there are no operations to be covered",
    )


@pytest.mark.parametrize("command", ["verify", "gate"])
def test_a_bad_gate_ends_a_command_before_it_begins(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "[contract_coverage]\nbranches = 101")
    profile = tmp_path / "engine.toml"
    profile.write_text('[target]\nname = "e"\nurl = "http://127.0.0.1:9"\n', encoding="utf-8")
    given = {
        "verify": ["--target", str(profile), "--out", str(tmp_path / "out")],
        "gate": [str(tmp_path / "none.zip")],
    }

    code = run([command, *given[command], "--gate", str(path)])

    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.fixture
def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str]]]:
    """Give a way to ask the gate about a run's pack: its exit code, and what it printed."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

    def ask(text: str, told: list[Event], *, known: bool = True) -> tuple[int, list[str]]:
        pack = build_pack(write_sample(tmp_path / "run", told), tmp_path / "run.zip", key)
        trusted = key if known else Ed25519PrivateKey.generate()
        (tmp_path / "signer.pub").write_bytes(public_pem(trusted.public_key()))
        gate, signer = written(tmp_path, text), tmp_path / "signer.pub"
        code = run(["gate", str(pack), "--gate", str(gate), "--key", str(signer)])
        return code, capsys.readouterr().out.splitlines()

    return ask


def passed(*, observed: bool = True) -> list[Event]:
    """Return the sample's run, as if all of its requirements had been verified."""
    kept = [
        event
        for event in events()[:-1]
        if observed or not isinstance(event, CoverageDeclared | CoverageObserved)
    ]
    end = events()[-1]
    assert isinstance(end, RunFinished)
    return [*kept, replace(end, verdicts=(Verdict("FR-1", Status.VERIFIED),), exit_code=0)]


def test_a_pack_that_has_what_is_asked_is_let_through(
    judged: Callable[..., tuple[int, list[str]]],
) -> None:
    assert judged("[contract_coverage]\noperations = 100\nstatus_codes = 100", passed()) == (0, ["gate: yes"])


def test_a_pack_that_lacks_it_is_not(judged: Callable[..., tuple[int, list[str]]]) -> None:
    code, said = judged("[contract_coverage]\nenum_values = 95", passed())

    assert code == 1
    assert said == ["gate: no: contract coverage: enum values 33.3 % (1 of 3), the floor is 95 %"]


def test_a_pack_that_never_saw_the_contract_is_not(judged: Callable[..., tuple[int, list[str]]]) -> None:
    assert judged(ASKED, passed(observed=False)) == (1, ["gate: no: contract coverage was not observed"])


def test_a_pack_whose_verdict_is_no_pass_is_not(judged: Callable[..., tuple[int, list[str]]]) -> None:
    code, said = judged("[contract_coverage]\noperations = 100", events())

    assert code == 1
    assert said == ["gate: no: verdict: FAIL verified 4 violated 5 not-exercised 32 waived 1 unknown 1"]


def test_a_pack_of_somebody_unknown_is_not(judged: Callable[..., tuple[int, list[str]]]) -> None:
    code, said = judged("[contract_coverage]\noperations = 100", passed(), known=False)

    assert code == 1
    assert len(said) == 1
    assert said[0].startswith("gate: no: the pack is not to be trusted: intact, signer unknown: ")


def test_a_pack_that_was_altered_is_not(
    judged: Callable[..., tuple[int, list[str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(ASKED, passed())
    pack = tmp_path / "run.zip"
    altered = pack.read_bytes().replace(b"operations", b"operati0ns")
    assert altered != pack.read_bytes()
    pack.write_bytes(altered)

    code = run(
        ["gate", str(pack), "--gate", str(tmp_path / "gate.toml"), "--key", str(tmp_path / "signer.pub")]
    )

    (line,) = capsys.readouterr().out.splitlines()
    assert code == 1
    assert line.startswith("gate: no: the pack is not to be trusted: tampered: ")
