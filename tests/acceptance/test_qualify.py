"""`mmm qualify`: what is caught, what is not known, and that an interruption changes nothing."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from tests.acceptance.command import ENGINES, ROOT, Desk, reference_profile, script_profile
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

DEFECTS = (
    {"id": "door", "kind": "identity", "requirements": ["NFR-7"], "story": "IAM was never asked."},
    {"id": "shut", "kind": "crash", "requirements": ["NFR-7"], "story": "It does not even start."},
    {"id": "slow", "kind": "time", "requirements": ["NFR-1"], "story": "It waits.", "deferred": "load"},
)
# A defect is another program here: one that lets everybody in, and one that is not there.
PROGRAMS = {"door": ENGINES / "open_door.py", "shut": ENGINES / "none.py"}


def profile_with_defects(folder: Path) -> Path:
    listing = folder / "list.py"
    listing.write_text(f"print({chr(10).join(map(json.dumps, DEFECTS))!r})", "utf-8")
    starter = folder / "starter.py"
    starter.write_text(
        "import runpy, sys\n"
        f"programs = { ({name: str(path) for name, path in PROGRAMS.items()})!r}\n"
        "sys.argv = [programs[sys.argv[1]], sys.argv[2]]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n",
        "utf-8",
    )
    table = (
        f'[target.defects]\nlist = ["{{python}}", "{listing}"]\n'
        f'command = ["{{python}}", "{starter}", "{{defect}}", "{{port}}"]\n'
    )
    return script_profile(folder, "open_door.py", table)


def the_one(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def test_a_qualification_that_was_interrupted_goes_on_and_comes_to_the_same(
    desk: Desk, tmp_path: Path
) -> None:
    profile, out = profile_with_defects(tmp_path), tmp_path / "out"
    how = ("--target", profile, "--jobs", "1")
    begun = desk.start("qualify", *how, "--out", out, "--sound-runs", "0")
    first = eventually(lambda: any(out.glob("*/results/door.json")), within=120)
    begun.send_signal(signal.SIGINT)
    try:
        said, _ = begun.communicate(timeout=60)
    finally:
        begun.kill()
    folder = the_one(out)
    kept = (folder / "results" / "door.json").read_bytes()

    refused = desk.mmm("qualify", *how, "--resume", folder, "--seed", "2")
    resumed = desk.mmm("qualify", *how, "--resume", folder)

    assert first
    assert begun.returncode == 130, said
    assert f"--resume {folder}" in said
    assert refused.code == 2
    assert refused.err.splitlines() == [
        f"mmm: --resume {folder}: was begun with seed 1, not 2; begin anew without --resume"
    ]
    assert resumed.code == 4, resumed.out + resumed.err
    assert resumed.out.splitlines()[-2:] == [
        "no sound run was made: nothing is known of false alarms",
        "qualify: caught 1 of 2, blamed rightly 1, false alarms 0",
    ]
    assert (folder / "results" / "door.json").read_bytes() == kept
    results = {
        one["defect"]["id"]: (one["status"], one["by"] and one["by"]["suite"])
        for one in json.loads((folder / "qualification.json").read_text("utf-8"))["results"]
    }
    assert results == {"door": ("caught", "preflight"), "shut": ("unknown", None), "slow": ("deferred", None)}
    assert {path.name for path in folder.iterdir()} == {
        "hunts",
        "mutation-report.json",
        "plan.json",
        "power.md",
        "qualification.json",
        "results",
    }
    assert [path.name for path in (folder / "hunts").iterdir()] == ["shut"]


def test_what_caught_a_defect_last_time_is_asked_first(desk: Desk, tmp_path: Path) -> None:
    known = "scenarios/features/test_input.py::test_a_malformed_id_in_a_path_is_refused[deactivate]"
    profile = reference_profile(tmp_path)
    history = {"malformed-id-crashes": {"check": known, "suite": "features"}}
    (tmp_path / "defects.json").write_text(json.dumps(history), "utf-8")

    outcome = desk.mmm(
        *("qualify", "--target", profile, "--out", tmp_path / "out"),
        *("--defect", "malformed-id-crashes", "--sound-runs", "0"),
    )

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.last_line == "qualify: caught 1 of 1, blamed rightly 1, false alarms 0"
    told = json.loads((the_one(tmp_path / "out") / "qualification.json").read_text("utf-8"))
    (result,) = told["results"]
    assert result["by"]["check"] == known
    assert result["defect"]["changes"][0]["file"].startswith("engine/")
    assert json.loads((tmp_path / "defects.json").read_text("utf-8")) == history


def test_an_engine_without_defects_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    profile = ROOT / "targets" / "reference-workers.toml"

    outcome = desk.mmm("qualify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 2
    assert outcome.err.splitlines() == [f"mmm: {profile}: has no [target.defects]: which are to be caught?"]
