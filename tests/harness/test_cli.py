"""`mmm` as a user meets it: one line for every error, the right exit code, and nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import psutil
import pytest
from click.testing import CliRunner

from harness.cli.main import mmm, run
from harness.processes import free_port, own_environment
from reports.record import FindingRecorded, Note, RunFinished, ScenarioFinished
from reports.run import read_events
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = Path(__file__).with_name("small_engine.py")
MMM = (sys.executable, "-c", "from harness.cli import main; main()")
SMALL_PROFILE = f"""
[target]
name = "small"
command = ["{{python}}", "{SMALL}", "{{port}}"]
start_seconds = 10
EXTRA
[target.env]
IAM_SERVICE_URL = "{{iam}}/iam/v1"
"""


class Desk:
    """A temporary directory of one `mmm`: whoever carries it in the environment is a leftover."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.folder = folder
        self.out = folder / "out"

    def profile(self, extra: str = "", text: str = SMALL_PROFILE) -> Path:
        path = self.folder / "engine.toml"
        path.write_text(text.replace("EXTRA", extra), encoding="utf-8")
        return path

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*MMM, *map(str, arguments)],
            env=own_environment(TMPDIR=str(self.temporary), XDG_CONFIG_HOME=str(self.folder / "config")),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def mmm(self, *arguments: str | Path) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def verify(self, profile: Path, *more: str) -> tuple[int, str, str]:
        return self.mmm("verify", "--target", profile, "--out", self.out, *more)

    def runs(self) -> list[Path]:
        return [path for path in self.out.iterdir() if path.is_dir()]

    def left_behind(self) -> list[str]:
        found = [str(path) for path in self.temporary.iterdir()]
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == str(self.temporary):
                    found.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="mmm-desk-"))
    folder.chmod(0o755)  # PostgreSQL's user has to pass through
    desk = Desk(folder)
    try:
        yield desk
        assert eventually(lambda: not desk.left_behind(), within=5.0), desk.left_behind()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def one_line(err: str) -> str:
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("mmm: ")
    return lines[0]


def test_a_run_ends_with_its_verdict_and_leaves_pack_and_reports(desk: Desk) -> None:
    gate = desk.folder / "gate.toml"
    gate.write_text("[contract_coverage]\nstatus_codes = 100", encoding="utf-8")

    code, out, err = desk.verify(desk.profile(), "--requirement", "FM-MMM-02", "--gate", str(gate))

    assert (code, err) == (1, "")
    *_, narrowed, gated, verdict = out.splitlines()
    assert "\ncontract coverage of a narrowed run: operations 0 % of " in out
    assert narrowed.startswith("gate: no: the run was narrowed (")
    assert gated.startswith("gate: no: contract coverage: status codes 0 % (0 of ")
    assert verdict.startswith("verdict: FAIL verified 0 violated ")
    assert "engine ready in " in out
    (kept,) = desk.runs()
    assert sorted(path.name for path in desk.out.iterdir()) == sorted(
        ["junit.xml", "report.html", kept.name, f"{kept.name}.zip"]
    )
    events = read_events(kept)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].exit_code == 1
    assert events[-1].verdicts
    assert desk.mmm("evidence", "verify", desk.out / f"{kept.name}.zip")[0] == 0


def test_a_finding_is_seen_again_by_replay(desk: Desk) -> None:
    desk.verify(desk.profile(), "--suite", "features", "-k", "nothing has this name")
    (kept,) = desk.runs()
    findings = [event.finding for event in read_events(kept) if isinstance(event, FindingRecorded)]
    missing = next(finding for finding in findings if finding.operation == "POST /playbooks")

    code, out, err = desk.mmm("replay", kept, missing.id)

    assert (code, err) == (1, "")
    assert "1. then 404, now 404  POST /v1/mmm/playbooks" in out
    assert "the engine's last answer is the same again" in out
    assert out.splitlines()[-1] == "reproduced"


def test_a_scenarios_finding_is_seen_again_when_the_scenario_fails_again(desk: Desk) -> None:
    desk.verify(
        desk.profile(), "--suite", "security", "-k", "test_no_route_serves_an_expired_token and decide"
    )
    (kept,) = desk.runs()
    failed = [event for event in read_events(kept) if isinstance(event, ScenarioFinished)]
    seen = next(event.finding for event in failed if event.finding is not None)

    code, out, _ = desk.mmm("replay", kept, seen)

    assert (code, out.splitlines()[-1]) == (1, "reproduced")
    assert "the scenario again: failed" in out


def test_a_finding_of_a_world_of_its_own_is_looked_for_in_one_like_it(desk: Desk) -> None:
    names = ("policy_cache_seconds", "policy_stale_seconds", "breaker_recovery_seconds")
    mapped = "\n".join(["[target.settings]", *(f'{name} = "{name.upper()}"' for name in names)])
    desk.verify(desk.profile(mapped), "--suite", "resilience", "-k", "test_a_snapshot_is_used_for_a_while")
    (kept,) = desk.runs()
    ended = [event for event in read_events(kept) if isinstance(event, ScenarioFinished)]
    seen = next(event.finding for event in ended if event.finding is not None)

    code, out, err = desk.mmm("replay", kept, seen)
    missing = desk.mmm("replay", kept, seen, "--target", desk.profile())

    assert (code, err, out.splitlines()[-1]) == (1, "", "reproduced")
    assert "policy_cache_seconds = 1" in out
    assert "the scenario again: blocked" in out
    assert max(map(len, out.splitlines())) <= 80
    assert missing[0] == 3
    assert "cannot be repeated here: the profile does not map" in one_line(missing[2])


def test_an_engine_that_runs_already_is_judged_by_what_can_be_seen_of_it(desk: Desk) -> None:
    engine_port, iam_port = free_port(), free_port()
    environment = own_environment(IAM_SERVICE_URL=f"http://127.0.0.1:{iam_port}/iam/v1")
    fakes = f'[target.fakes]\niam = "127.0.0.1:{iam_port}"\n'
    attach = f'[target]\nname = "elsewhere"\nurl = "http://127.0.0.1:{engine_port}"\n{fakes}'

    with subprocess.Popen(
        [sys.executable, SMALL, str(engine_port)], env=environment, stdout=subprocess.DEVNULL
    ) as engine:
        narrowed = ("--requirement", "ST-MMM-02", "--suite", "security")
        try:
            code, out, err = desk.verify(desk.profile(text=attach), *narrowed)
        finally:
            engine.kill()

    assert (code, err) == (1, "")
    assert "attached to" in out
    assert "somebody else" in out


def test_an_iam_that_leads_nowhere_is_one_environment_finding(desk: Desk) -> None:
    text = SMALL_PROFILE.replace("{iam}/iam/v1", "http://127.0.0.1:1/iam/v1")

    code, out, err = desk.verify(desk.profile(text=text))

    assert code == 3
    assert "IAM" in one_line(err)
    assert "verdict:" not in out
    (kept,) = desk.runs()
    assert len([event for event in read_events(kept) if isinstance(event, FindingRecorded)]) == 1
    assert not list(desk.out.glob("*.zip"))


def test_an_occupied_port_is_named(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, out, err = desk.verify(desk.profile(f"port = {port}"))

    assert code == 3
    assert str(port) in one_line(err)
    assert "verdict:" not in out


def test_an_engine_that_dies_at_start_shows_its_last_words(desk: Desk) -> None:
    dying = '[target]\nname = "x"\ncommand = ["sh", "-c", "echo out of luck; exit 3", "{port}"]\n'

    code, _, err = desk.verify(desk.profile(text=dying))

    assert code == 3
    assert err.splitlines()[0].startswith("mmm: the engine ended with exit code 3")
    assert err.splitlines()[1:] == ["  | out of luck"]


def test_wrong_usage_is_one_line_of_a_process_too(desk: Desk) -> None:
    code, out, err = desk.verify(desk.folder / "no.toml")

    assert (code, out) == (2, "")
    assert "no.toml" in one_line(err)
    assert not desk.out.exists()


class Told(Protocol):
    """Runs `mmm` in this process: its exit code, and the one line that it says."""

    def __call__(self, *arguments: str | Path) -> tuple[int, str]: ...


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MMM_SIGNING_KEY", raising=False)

    def ask(*arguments: str | Path) -> tuple[int, str]:
        code = run([*map(str, arguments)])
        said = capsys.readouterr()
        assert said.out == ""
        return code, one_line(said.err)

    return ask


@pytest.fixture
def verifies(tmp_path: Path) -> tuple[str, ...]:
    """Give a command that would verify an engine."""
    profile = tmp_path / "engine.toml"
    profile.write_text(SMALL_PROFILE.replace("EXTRA", ""), "utf-8")
    return "verify", "--target", str(profile), "--out", str(tmp_path / "out")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--corpus", "nowhere"), "--corpus nowhere: is not a directory"),
        (("--examples", "49"), "--examples"),
        (("--requirement", "FR-99"), "FR-99"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    more: tuple[str, ...], named: str, told: Told, verifies: tuple[str, ...], tmp_path: Path
) -> None:
    code, line = told(*verifies, *more)

    assert code == 2
    assert named in line
    assert not (tmp_path / "out").exists()


def test_out_that_is_a_file_is_refused(told: Told, verifies: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious")

    code, line = told(*verifies)

    assert code == 2
    assert str(tmp_path / "out") in line
    assert (tmp_path / "out").read_text() == "precious"


def test_a_misspelt_key_is_named_with_the_right_one(told: Told, tmp_path: Path) -> None:
    profile = tmp_path / "misspelt.toml"
    profile.write_text(SMALL_PROFILE.replace("EXTRA", "replcias = 2"), "utf-8")

    code, line = told("verify", "--target", profile, "--out", tmp_path / "out")

    assert code == 2
    assert "replcias (did you mean replicas?)" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("verify",), "--target"),
        (("verify", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
        (("replay", "no-such-run", "F-1"), "no-such-run"),
    ],
)
def test_wrong_usage_is_one_line(arguments: tuple[str, ...], named: str, told: Told) -> None:
    code, line = told(*arguments)

    assert code == 2
    assert named in line


def test_a_command_loads_only_what_it_needs() -> None:
    look = "; print(sorted({'rich', 'pytest', 'schemathesis', 'gevent', 'docker'} & set(sys.modules)))"
    loaded = [
        subprocess.run(
            [sys.executable, "-c", f"import sys, harness.cli.{name}{look}"],
            env=own_environment(), capture_output=True, text=True, check=True,
        ).stdout.strip()
        for name in ("main", "verify")
    ]  # fmt: skip

    assert loaded == ["[]", "['rich']"]


def test_help_names_every_command() -> None:
    told = CliRunner().invoke(mmm, ["--help"]).output

    known = ["contracts", "evidence", "gate", "keys", "qualify", "replay", "up", "verify"]
    assert re.findall(r"^  ([a-z]+) ", told, re.MULTILINE) == known


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_run_that_is_killed_is_readable_and_leaves_nothing(
    number: signal.Signals, code: int, desk: Desk
) -> None:
    process = desk.start("verify", "--target", desk.profile(), "--out", desk.out)
    assert process.stdout is not None
    while "scenarios: started" not in (line := process.stdout.readline()):
        assert line, "it ended before its scenarios"

    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == code
    (kept,) = desk.runs()
    notes = [event.text for event in read_events(kept) if isinstance(event, Note)]
    if code > 0:
        assert number.name in one_line(err)
        assert notes[-1] == f"interrupted by {number.name}: this run was not judged"
    assert not any(isinstance(event, RunFinished) for event in read_events(kept))
    assert [path for path in desk.out.iterdir() if path != kept] == []


def test_a_console_that_cannot_show_everything_is_no_obstacle(desk: Desk) -> None:
    text = SMALL_PROFILE.replace('name = "small"', 'name = "schön ✓"')
    env = own_environment(TMPDIR=str(desk.temporary), PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    command = [*MMM, "verify", "--target", str(desk.profile("colour = '✓'", text)), "--out", str(desk.out)]

    done = subprocess.run(command, env=env, capture_output=True, check=False)

    assert done.returncode == 2
    assert b"colour" in done.stderr
    assert os.linesep.encode() in done.stderr
