"""A desk of one's own for each acceptance test; whatever is left on it fails the test."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.command import Desk
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a desk in a short path (a PostgreSQL socket must fit); nothing may be left on it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="mmm-desk-"))
    folder.chmod(0o755)  # storage runs as another user, where we are root
    desk = Desk(folder)
    try:
        yield desk
        assert eventually(lambda: not desk.left_behind(), within=5.0), desk.left_behind()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
