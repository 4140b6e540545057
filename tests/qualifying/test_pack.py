"""Hunts side by side: each result is kept the moment it is there, and whatever ends us ends them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest

from harness.qualifying import pack
from harness.qualifying.errand import HUNTED, Errand, read_hunted
from harness.qualifying.pack import hunt_all
from tests.qualifying.samples import a_defect, hunted

if TYPE_CHECKING:
    from pathlib import Path

    from harness.qualifying.record import Hunted

# In place of a hunt: what does as the errand's story says.
STANDIN = f"""
import json, os, sys, threading
from pathlib import Path
errand = json.loads(Path(sys.argv[1]).read_text())
name = errand["defect"]["id"]
if name.startswith("dies"):
    sys.exit("no luck")
if name.startswith("hangs"):
    threading.Event().wait()
told = {msgspec.to_builtins(hunted())!r} | {{"defect": name, "doubts": [str(os.getpid())]}}
Path(sys.argv[1]).with_name({HUNTED!r}).write_text(json.dumps(told))
"""


@pytest.fixture(autouse=True)
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "standin.py").write_text(STANDIN, "utf-8")
    monkeypatch.setattr(pack, "HUNT", (sys.executable, str(tmp_path / "standin.py")))
    (tmp_path / "results").mkdir()


def errands(folder: Path, *names: str, limit: float = 60.0) -> list[Errand]:
    return [
        Errand(
            profile="x.toml",
            run_dir=str(folder / "hunts" / name),
            defect=a_defect(name, "FR-1"),
            seed=1,
            limit_seconds=limit,
        )
        for name in names
    ]


def test_every_hunt_is_told_when_its_result_is_kept(tmp_path: Path) -> None:
    told, shown, results = list[str](), list[int](), tmp_path / "results"

    def tell(errand: Errand, seen: Hunted) -> None:
        assert read_hunted(results / f"{errand.name}.json") == seen
        told.append(seen.defect)

    hunt_all(errands(tmp_path, "a", "b", "c"), results, 2, tell, lambda names: shown.append(len(names)))

    assert sorted(told) == ["a", "b", "c"]
    assert max(shown) <= 2
    assert sorted(path.name for path in results.iterdir()) == ["a.json", "b.json", "c.json"]


def test_a_hunt_that_leaves_nothing_is_unknown_with_its_last_words(tmp_path: Path) -> None:
    seen = list[object]()

    hunt_all(
        errands(tmp_path, "dies"), tmp_path / "results", 1, lambda _, one: seen.append(one), lambda _: None
    )

    (one,) = seen
    assert (one.doubts, one.late) == (("the hunt ended with exit code 1: no luck",), "")  # type: ignore[attr-defined] # a Hunted
    assert one.died  # type: ignore[attr-defined] # as above


def test_a_hunt_that_hangs_is_ended_and_was_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "PATIENCE", 0.0)
    seen = list[object]()
    hunt = errands(tmp_path, "hangs", limit=0.2)

    hunt_all(hunt, tmp_path / "results", 1, lambda _, one: seen.append(one), lambda _: None)

    (one,) = seen
    assert one.late.startswith("the hunt hung and was ended after")  # type: ignore[attr-defined] # a Hunted
    assert one.doubts == ()  # type: ignore[attr-defined] # as above


def test_an_interruption_ends_what_hunts_and_keeps_what_was_there(tmp_path: Path) -> None:
    def interrupted(_errand: Errand, _seen: Hunted) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hunt_all(errands(tmp_path, "hangs", "b"), tmp_path / "results", 2, interrupted, lambda _: None)

    assert [path.name for path in (tmp_path / "results").iterdir()] == ["b.json"]
    mine = [" ".join(one.cmdline()) for one in psutil.Process(os.getpid()).children(recursive=True)]
    assert [words for words in mine if "standin.py" in words] == []
