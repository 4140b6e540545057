"""What the engine says on its standard output."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driving.dependencies.base import eventually
from harness.driving.failures import not_exercised
from harness.driving.recorder import LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.driving.recorder import Recorder


class EngineLog:
    """The engine's output since the scenario began, of all replicas."""

    def __init__(self, paths: Sequence[str], recorder: Recorder) -> None:
        self._recorder = recorder
        self._begin = {Path(path): _size(Path(path)) for path in paths}

    async def text(self, until: str, within: float = 2.0) -> str:
        """Return what was written, waiting a little for a line with `until` in it (an id of the last call).

        An engine may leave that id out of its log; one that writes nothing gives no evidence, which is said.
        """
        if not self._begin:
            not_exercised("the output of this target's engine is not ours to read")

        async def written() -> bool:
            return until in await asyncio.to_thread(self._read)

        await eventually(written, within)
        text = await asyncio.to_thread(self._read)
        if not text:
            not_exercised("the engine wrote nothing to its log while it was looked at")
        self._recorder.look(LOG)
        return text

    def _read(self) -> str:
        return "".join(
            path.read_bytes()[begin:].decode("utf-8", "replace") for path, begin in self._begin.items()
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
