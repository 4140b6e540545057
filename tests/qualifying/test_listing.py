"""The list of defects is somebody else's output: read whole, and each mistake is one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from contracts.register import load_register
from harness.processes import ConfigurationError
from harness.qualifying.listing import chosen, list_defects, read_list
from harness.qualifying.record import Place
from harness.targets import load_profile
from tests.qualifying.samples import a_defect

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = load_register()
LINE: dict[str, object] = {"id": "one", "kind": "time", "requirements": ["FR-1"], "story": "Late."}
PLACE = {"file": "a.py", "line": 1, "old": "x", "new": "y"}


def as_lines(*lines: dict[str, object]) -> str:
    return "".join(f"{json.dumps(line)}\n\n" for line in lines)


def test_a_list_is_read_whole() -> None:
    defects = read_list(
        as_lines(LINE, {**LINE, "id": "two", "requirements": [], "changes": [PLACE]}), REGISTER
    )

    assert [(one.id, one.requirements, one.deferred) for one in defects] == [
        ("one", ("FR-1",), ""),
        ("two", (), ""),
    ]
    assert defects[1].changes == (Place("a.py", 1, "x", "y"),)


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ("nonsense", "line 3: JSON is malformed"),
        (json.dumps({**LINE, "id": 5}), r"line 3: Expected str, got int - at \$.id"),
        (json.dumps({"id": "x"}), "line 3: Object missing required field kind"),
        (json.dumps({**LINE, "extra": 1}), "line 3: Object contains unknown field extra"),
        (json.dumps(LINE), "line 3: one is listed twice"),
        (json.dumps({**LINE, "id": "../x"}), "line 3: the id '../x' is not made of letters"),
        (json.dumps({**LINE, "id": "x", "requirements": ["FR-111"]}), r"line 3: x: FR-111 is not .*FR-11\?"),
    ],
)
def test_a_line_that_is_no_defect_is_named(second: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        read_list(as_lines(LINE) + second, REGISTER)


def test_a_list_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="lists no defect"):
        read_list("\n", REGISTER)


def test_only_what_is_listed_can_be_chosen() -> None:
    defects = (a_defect("one"), a_defect("two"))

    assert chosen(defects, ()) == defects
    assert chosen(defects, ("two",)) == (a_defect("two"),)
    with pytest.raises(ConfigurationError, match=r"--defect twoo: is not listed \(did you mean two\?\)"):
        chosen(defects, ("twoo",))


def profile_that_lists(folder: Path, script: str, *, table: bool = True) -> Path:
    words = json.dumps(["{python}", "-c", script.replace("{", "{{").replace("}", "}}")])
    text = '[target]\nname = "x"\ncommand = ["run", "{port}"]\n'
    if table:
        text += f'[target.defects]\nlist = {words}\ncommand = ["run", "{{defect}}", "{{port}}"]\n'
    (folder / "engine.toml").write_text(text, encoding="utf-8")
    return folder / "engine.toml"


def test_the_profiles_command_lists_them_where_an_engine_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-q")
    script = (
        f"import os; print(os.environ.get('PYTEST_ADDOPTS', {json.dumps(LINE)!r})); open('was-here', 'w')"
    )
    profile = load_profile(profile_that_lists(tmp_path, script))

    assert [one.id for one in list_defects(profile, REGISTER)] == ["one"]
    assert (tmp_path / "was-here").exists()


@pytest.mark.parametrize(
    ("script", "table", "problem"),
    [
        ("raise SystemExit(3)", True, "engine.toml: target.defects.list: ended with exit code 3"),
        ("print('nonsense')", True, "engine.toml: target.defects.list, line 1: "),
        ("", False, r"engine.toml: has no \[target.defects\]"),
    ],
)
def test_a_command_that_fails_is_one_line(script: str, problem: str, *, table: bool, tmp_path: Path) -> None:
    profile = load_profile(profile_that_lists(tmp_path, script, table=table))

    with pytest.raises(ConfigurationError, match=problem):
        list_defects(profile, REGISTER)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[target]\n", "[target]\nport = 8080\n", "target.port: hunts run side by side"),
        (
            "[target.defects]\n",
            "[target.services]\nredis = 'redis://h'\n[target.defects]\n",
            "target.services: ",
        ),
    ],
)
def test_what_hunts_would_share_is_refused_to_them_alone(
    before: str, after: str, problem: str, tmp_path: Path
) -> None:
    path = profile_that_lists(tmp_path, f"print({json.dumps(LINE)!r})")
    assert len(list_defects(load_profile(path), REGISTER)) == 1
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    profile = load_profile(path)

    with pytest.raises(ConfigurationError, match=f"engine.toml: {problem}"):
        list_defects(profile, REGISTER)
