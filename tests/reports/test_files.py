from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reports.files import write_new, write_whole
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["nameless", "named"])
def _kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.usefixtures("_kind")
def test_a_file_is_written_and_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "pack", b"old" * 1000)
    write_whole(tmp_path / "pack", b"new")

    assert (tmp_path / "pack").read_bytes() == b"new"
    assert names(tmp_path) == ["pack"]


@pytest.mark.usefixtures("_kind")
def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"first", 0o600)

    with pytest.raises(FileExistsError):
        write_new(tmp_path / "key", b"second")

    assert (tmp_path / "key").read_bytes() == b"first"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["key"]


@pytest.mark.usefixtures("_kind")
def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "pack", b"data")

    assert names(tmp_path) == []


@pytest.mark.usefixtures("_kind")
def test_a_name_that_cannot_be_replaced_leaves_nothing_either(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "folder", b"data")

    assert names(tmp_path) == []


def test_a_killed_writer_leaves_no_half_written_file(tmp_path: Path) -> None:
    size = 4_000_000
    script = (
        "import sys; from pathlib import Path; from reports.files import write_whole\n"
        f"while True: write_whole(Path(sys.argv[1]), b'x' * {size})"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "pack")])
    begun = eventually((tmp_path / "pack").exists, within=20)

    writer.send_signal(signal.SIGKILL)
    writer.wait()

    assert begun
    assert {path.stat().st_size for path in tmp_path.iterdir() if path.is_file()} == {size}
