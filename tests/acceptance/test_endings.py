"""However `mmm verify` ends, it leaves no process and no half-written pack behind."""

from __future__ import annotations

import random
import signal
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.command import Desk, reference_profile
from tests.waiting import eventually

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

# The moments are drawn anew in each run, from the seed that pytest prints.
KILLS = 6
LATEST = 10.0  # long after scenarios and generated requests have begun
ORPHANS_END_WITHIN = 5.0


def end_of(process: subprocess.Popen[str], sent: signal.Signals) -> int:
    """Send a signal to a command and return its exit code once it has ended."""
    process.send_signal(sent)
    process.communicate(timeout=30)
    return process.returncode


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_leaves_nothing_behind(kill: int, desk: Desk, tmp_path: Path) -> None:
    sent = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[kill % 3]
    moment = random.uniform(0.1, LATEST)
    process = desk.start("verify", "--target", reference_profile(tmp_path), "--out", tmp_path / "out")
    ended_before = eventually(lambda: process.poll() is not None, within=moment)

    code = end_of(process, sent)

    assert not ended_before, f"ended by itself within {moment:.2f} s"
    assert code in {130, 143, -signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM}, (
        f"{sent.name} at {moment:.2f} s"
    )
    assert eventually(lambda: not desk.left_behind(), within=ORPHANS_END_WITHIN), desk.left_behind()
    assert [path for path in tmp_path.rglob("*.zip") if not zipfile.is_zipfile(path)] == []
    assert [path.name for path in tmp_path.rglob("*") if path.suffix in {".tmp", ".part"}] == []
