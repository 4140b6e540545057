"""What is resumed does what is still to be done, and nothing a second time."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from harness.processes import ConfigurationError, UnbuildableError
from harness.qualifying import pack, plan
from harness.qualifying.errand import HUNTED
from harness.qualifying.known import Known, read_known
from harness.qualifying.qualify import Options, qualify

if TYPE_CHECKING:
    from pathlib import Path

# In place of a hunt: finds what the defect breaks, nothing on the sound engine, and notes that it was there.
STANDIN = f"""
import json, sys
from pathlib import Path
at = Path(sys.argv[1])
errand = json.loads(at.read_text())
with Path(__file__).with_name("hunted.txt").open("a") as log:
    print(at.parent.name, file=log)
planted = errand["defect"]["id"] if errand["defect"] and not errand["placebo"] else ""
found = dict(id="F-1", check="a.py::b", suite="features", operation="", requirements=["FR-1"], title="It is.")
told = dict(defect=planted, placebo=errand["placebo"], seed=errand["seed"], seconds=1.0)
at.with_name({HUNTED!r}).write_text(json.dumps(told | dict(findings=[found] if planted else [])))
"""
DEFECT = {"id": "late", "kind": "time", "requirements": ["FR-1"], "story": "It was late."}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "standin.py").write_text(STANDIN, "utf-8")
    monkeypatch.setattr(pack, "HUNT", (sys.executable, str(tmp_path / "standin.py")))
    monkeypatch.setattr(plan, "ROOMS", ())  # the toolkit stays as it is here, and is much to read
    monkeypatch.setattr(plan, "judges_digest", str)
    (tmp_path / "engine").mkdir()
    listing = tmp_path / "engine" / "list.py"
    listing.write_text(f"print({json.dumps(DEFECT)!r})", "utf-8")
    (tmp_path / "engine.toml").write_text(
        '[target]\nname = "x"\ncommand = ["engine", "{port}"]\n'
        f'[target.defects]\nlist = ["{{python}}", "{listing}"]\n'
        'command = ["engine", "{defect}", "{port}"]\n',
        "utf-8",
    )
    return tmp_path


def qualified(
    folder: Path, sound_runs: int | None, resume: Path | None = None
) -> tuple[int, list[str], list[str]]:
    """Return the exit code, what was hunted, and what was said."""
    out, log = io.StringIO(), folder / "hunted.txt"
    log.write_text("", "utf-8")
    options = Options(
        target=folder / "engine.toml", out=folder / "out", jobs=1, sound_runs=sound_runs, resume=resume
    )
    code = qualify(options, Console(file=out, width=200))
    return code, log.read_text("utf-8").split(), out.getvalue().splitlines()


def begun(folder: Path, sound_runs: int) -> Path:
    qualified(folder, sound_runs)
    (made,) = (folder / "out").iterdir()
    return made


def test_a_finished_one_goes_on_with_the_sound_runs_that_are_missing(folder: Path) -> None:
    made = begun(folder, 1)
    before = {path.name: path.stat().st_mtime_ns for path in (made / "results").iterdir()}

    code, hunted, said = qualified(folder, 3, made)

    assert set(before) == {"sound@1.json", "placebo@1.json", "late.json"}
    assert (code, hunted) == (0, ["sound@2", "sound@3"])
    assert said[-2:] == [
        "sound runs: 3 (seeds 1 to 3), ended without a doubt 3, raised a finding 0",
        "qualify: caught 1 of 1, blamed rightly 1, false alarms 0",
    ]
    assert (
        before.items()
        <= {path.name: path.stat().st_mtime_ns for path in (made / "results").iterdir()}.items()
    )


def test_where_the_sound_engine_was_not_looked_at_yet_it_is_now_the_placebo_too(folder: Path) -> None:
    _, hunted, _ = qualified(folder, 1, begun(folder, 0))

    assert hunted == ["sound@1", "placebo@1"]


def test_what_was_asked_for_when_it_was_resumed_is_asked_for_from_then_on(folder: Path) -> None:
    made = begun(folder, 1)
    qualified(folder, 2, made)
    (made / "results" / "sound@2.json").unlink()

    assert qualified(folder, None, made)[1] == ["sound@2"]
    with pytest.raises(ConfigurationError, match="was begun with 2 sound runs, not 1; begin anew"):
        qualified(folder, 1, made)


def test_a_word_beside_the_engine_is_no_reason_to_begin_anew(folder: Path) -> None:
    made = begun(folder, 0)
    (made / "results" / "late.json").unlink()
    (folder / "README.md").write_text("More.", "utf-8")

    assert qualified(folder, None, made)[:2] == (0, ["late"])
    (folder / "engine" / "list.py").write_text(f"print({json.dumps(DEFECT)!r})\n", "utf-8")
    with pytest.raises(ConfigurationError, match="is not what it was begun with"):
        qualified(folder, None, made)


def test_who_blames_the_sound_engine_too_catches_nothing(folder: Path) -> None:
    everywhere = STANDIN.replace("[found] if planted else []", "[found]")
    (folder / "standin.py").write_text(everywhere, "utf-8")

    code, _, said = qualified(folder, 1)

    assert everywhere != STANDIN
    assert (code, said[-1]) == (1, "qualify: caught 0 of 1, blamed rightly 0, false alarms 2")


def test_where_the_sound_engine_cannot_be_judged_it_ends(folder: Path) -> None:
    unbuilt = STANDIN.replace("seconds=1.0", 'seconds=1.0, unbuilt="gone"')
    (folder / "standin.py").write_text(unbuilt, "utf-8")

    with pytest.raises(UnbuildableError, match=r"^the sound engine could not be judged: gone$"):
        qualified(folder, 1)

    assert (folder / "hunted.txt").read_text("utf-8").split() == ["sound@1"]


def test_what_caught_a_defect_is_kept_beside_the_profile(folder: Path) -> None:
    with (folder / "engine.toml").open("a", encoding="utf-8") as profile:
        profile.write('history = "known.json"\n')

    qualified(folder, 0)

    assert read_known(folder / "known.json") == {"late": Known(check="a.py::b", suite="features")}
