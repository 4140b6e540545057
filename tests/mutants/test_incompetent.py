"""What is passed over in the draw ends by itself before it listens, where the sound engine does listen.

The sound engine is started in the same way: with a mutant in it that is the sound one in other words.
"""

from __future__ import annotations

import socket
import sys
import tomllib
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from harness.processes import LOOPBACK, Command, kept_port, start, wait_until
from tests.engine.house import CHECKOUT, Place
from tests.mutants.excuses import EQUIVALENT, INCOMPETENT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = tomllib.loads(INCOMPETENT.read_text(encoding="utf-8"))
NOBODY = f"{LOOPBACK}:9"  # an engine starts without all that it uses
SOUND = next(iter(tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))))


def started(directory: Path, mutant: str) -> tuple[int | None, str]:
    """Start an engine; return how it ended before it listened, or None: it listens; and what it logged."""
    port, kept = kept_port()
    place = Place(defaultdict(lambda: f"http://{NOBODY}"), f"redis://{NOBODY}", directory)
    command = Command(
        name="the engine",
        argv=(sys.executable, "-m", "tests.mutants", mutant, "--host", LOOPBACK, "--port", str(port)),
        cwd=CHECKOUT,
        env=place.environment(f"postgresql://nobody@{NOBODY}/none"),
        log=directory / "engine.log",
    )
    with kept, start(command) as process:
        assert wait_until(lambda: listens(port) or not process.running(), 60.0)
        return process.exit_code(), command.log.read_text(encoding="utf-8")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def test_the_sound_engine_listens(tmp_path: Path) -> None:
    ended, log = started(tmp_path, SOUND)

    assert ended is None, log


@pytest.mark.parametrize("name", NAMES)
def test_an_incompetent_mutant_ends_before_it_listens(tmp_path: Path, name: str) -> None:
    ended, log = started(tmp_path, name)

    assert ended not in {None, 0}, f"take it out of {INCOMPETENT.name}: it listens, so it is drawn"
    assert "no mutant is called" not in log
