"""A qualification goes on only with what it was begun with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from harness.processes import ConfigurationError
from harness.qualifying.plan import Plan, new_folder, plan_of, read_plan, same_or_refuse
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
        ({"sound_runs": 0}, "was begun with 1 sound runs, not 0"),
        ({"chosen": LISTED[1:]}, "was begun with another list of defects"),
        ({"listed": LISTED[:1]}, "is not what it was begun with"),
    ],
)
def test_what_was_begun_otherwise_is_refused(changed: dict[str, Any], problem: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"--resume .*{problem}; begin anew"):
        same_or_refuse(planned(folder), planned(folder, **changed), folder)


@pytest.mark.parametrize("file", ["engine.toml", "engine/a.py"])
def test_another_profile_or_engine_is_another_measurement(file: str, folder: Path) -> None:
    before = planned(folder)
    text = (folder / file).read_text("utf-8")
    (folder / file).write_text(text.replace("# 1", "# 2"), "utf-8")

    assert planned(folder).digest != before.digest
    assert planned(folder).judges == before.judges


def test_what_holds_no_plan_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--resume .*: holds no qualification \(plan.json: No such"):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode({"target": "x"}))
    with pytest.raises(ConfigurationError, match="Object missing required field"):
        read_plan(tmp_path)


def test_where_nothing_can_be_written_is_wrong_usage(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--out .*: is a file, not a directory"):
        new_folder(folder / "engine.toml", planned(folder))
