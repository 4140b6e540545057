"""A qualification goes on only with what it was begun with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from harness.processes import CHECKOUT, ConfigurationError
from harness.qualifying.plan import (
    ROOMS,
    Plan,
    new_folder,
    pieces,
    plan_of,
    read_plan,
    same_or_refuse,
    still_so_or_refuse,
    with_sound_runs,
)
from harness.targets import load_profile
from tests.qualifying.samples import a_defect

if TYPE_CHECKING:
    from pathlib import Path

LISTED = (a_defect("one", "FR-1"), a_defect("two", "FR-2"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = '[target]\nname = "x"\ncommand = ["run", "{port}"]\n# 1\n'
    (tmp_path / "engine.toml").write_text(text, encoding="utf-8")
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "a.py").write_text("a = 1\nb = 1\nc = 1\n# 1\n", encoding="utf-8")
    return tmp_path


def planned(folder: Path, **changed: Any) -> Plan:  # noqa: ANN401 - whatever a plan is made of
    parts: dict[str, Any] = {"listed": LISTED, "chosen": LISTED, "seed": 1, "sound_runs": 1} | changed
    return plan_of(load_profile(folder / "engine.toml"), **parts)


def test_a_plan_is_read_as_it_was_written(folder: Path) -> None:
    plan = planned(folder, chosen=LISTED[:1])

    made = new_folder(folder / "out", plan)

    assert read_plan(made) == plan
    assert (plan.whole, planned(folder).whole) == (False, True)
    same_or_refuse(plan, planned(folder, chosen=LISTED[:1]), made)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"seed": 2}, "was begun with seed 1, not 2"),
        ({"sound_runs": 0}, "was begun with 1 sound runs, not 0"),  # none that was made is thrown away
        ({"chosen": LISTED[1:]}, "was begun with another list of defects"),
        ({"listed": LISTED[:1]}, "is not what it was begun with"),
    ],
)
def test_what_was_begun_otherwise_is_refused(changed: dict[str, Any], problem: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"--resume .*{problem}; begin anew"):
        same_or_refuse(planned(folder), planned(folder, **changed), folder)


def test_more_runs_of_the_sound_engine_are_written_into_the_plan(folder: Path) -> None:
    begun, more = planned(folder), planned(folder, sound_runs=3)
    made = new_folder(folder / "out", begun)

    same_or_refuse(begun, more, made)

    assert with_sound_runs(begun, 3, made) == msgspec.structs.replace(begun, sound_runs=3) == read_plan(made)


@pytest.mark.parametrize("profile", ["reference", "mutants"])
def test_no_word_of_the_documentation_is_measured_with(profile: str) -> None:
    names = pieces(load_profile(CHECKOUT / "targets" / f"{profile}.toml"), LISTED)

    rooms = {name.partition("/")[0] for name in names}
    assert rooms >= {"profile", "defects", "engine", *ROOMS}
    assert rooms.isdisjoint({"docs", "README.md", "CHANGELOG.md", "benchmarks"})


@pytest.mark.parametrize("file", ["engine.toml", "engine/a.py"])
def test_another_profile_or_engine_is_another_measurement(file: str, folder: Path) -> None:
    before = planned(folder)
    text = (folder / file).read_text("utf-8")
    (folder / file).write_text(text.replace("# 1", "# 2"), "utf-8")

    assert planned(folder).digest != before.digest
    assert planned(folder).judges == before.judges


@pytest.mark.parametrize(
    ("command", "file", "covered"),
    [
        ("-m engine", "engine/adapters/store.py", True),
        ("-m engine.defects", "engine/defects/one.toml", True),
        ("./cmd/server", "cmd/server/main.go", True),
        ("server.js", "lib/store.js", True),
        ("server.js", "notes.md", False),
        ("-m engine", "engine/__pycache__/a.pyc", False),
        ("-m engine", "engine/.cache/a.py", False),
        ("-m engine", "elsewhere/a.py", False),
    ],
)
def test_all_that_the_engine_is_made_of_counts(
    command: str, file: str, folder: Path, *, covered: bool
) -> None:
    profile = folder / "engine.toml"
    profile.write_text(
        f'[target]\nname = "x"\ncommand = {json.dumps([*command.split(), "{port}"])}\n', "utf-8"
    )
    for name in (file, "server.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1", "utf-8")
    nothing = {"listed": (), "chosen": ()}
    before = planned(folder, **nothing)

    (folder / file).write_text("2", "utf-8")

    assert (planned(folder, **nothing).digest != before.digest) is covered


def test_what_changes_while_the_hunts_go_on_makes_no_measurement(folder: Path) -> None:
    profile = load_profile(folder / "engine.toml")
    before = pieces(profile, LISTED)
    still_so_or_refuse(before, pieces(profile, LISTED), folder)
    (folder / "engine" / "b.py").write_text("new = 1\n", "utf-8")

    with pytest.raises(ConfigurationError, match=r"engine/b\.py has changed while the hunts went on"):
        still_so_or_refuse(before, pieces(profile, LISTED), folder)


def test_what_caught_which_defect_is_no_part_of_the_engine(folder: Path) -> None:
    table = (
        '[target.defects]\nlist = ["l"]\ncommand = ["{defect}", "{port}"]\nhistory = "engine/known.json"\n'
    )
    with (folder / "engine.toml").open("a", encoding="utf-8") as profile:
        profile.write(table)
    before = planned(folder).digest

    (folder / "engine" / "known.json").write_text("{}", "utf-8")

    assert planned(folder).digest == before


def test_what_holds_no_plan_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--resume .*: holds no qualification \(plan.json: No such"):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode({"target": "x"}))
    with pytest.raises(ConfigurationError, match="Object missing required field"):
        read_plan(tmp_path)


def test_where_nothing_can_be_written_is_wrong_usage(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--out .*: is a file, not a directory"):
        new_folder(folder / "engine.toml", planned(folder))
