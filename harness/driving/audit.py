"""The engine's audit log, where the profile lets us say where it is written."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driving.answers import Object
from harness.driving.dependencies.base import eventually
from harness.driving.failures import MalformedAnswerError, not_exercised
from harness.driving.recorder import LOG
from harness.targets import load_profile
from harness.worlds.variants import AUDIT_LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.driving.recorder import Recorder
    from harness.worlds import World

_NOWHERE = f"the profile does not put {AUDIT_LOG} into {{workdir}}: nobody knows where it is"


def audit_paths(world: World) -> list[Path]:
    """Return where the engine was told to write it, one file a replica; none where that cannot be known."""
    if not world.engine_workdirs:
        return []
    told = load_profile(Path(world.profile)).target.env.get(AUDIT_LOG, "")
    if not told.startswith("{workdir}"):
        return []
    return [Path(told.replace("{workdir}", workdir)) for workdir in world.engine_workdirs]


class AuditLog:
    """What the engine says of admin changes."""

    def __init__(self, paths: Sequence[Path], recorder: Recorder) -> None:
        self._paths = paths
        self._recorder = recorder

    async def all_entries(self) -> list[Object]:
        """Return every line that is whole, whatever it tells; the last one may still be being written."""
        if not self._paths:
            not_exercised(_NOWHERE)
        self._recorder.look(LOG)
        written = [await asyncio.to_thread(path.read_bytes) for path in self._paths if path.exists()]
        return [entry for content in written for entry in whole_entries(content)]

    async def entries(self, about: str, *or_about: str, at_least: int, within: float = 3.0) -> list[Object]:
        """Return the lines that mention something by any of its names, once enough or time is up."""
        if not self._paths:
            not_exercised(_NOWHERE)

        mentioned: list[str] = []

        async def enough() -> bool:
            lines = await asyncio.to_thread(self._lines)
            mentioned[:] = [line for line in lines if any(name in line for name in (about, *or_about))]
            return len(mentioned) >= at_least

        await eventually(enough, within)
        self._recorder.look(LOG)
        return [_entry(line) for line in mentioned]

    def _lines(self) -> list[str]:
        return [
            line for path in self._paths if path.exists() for line in path.read_text("utf-8").splitlines()
        ]


def whole_entries(content: bytes) -> list[Object]:
    r"""Return what each whole line of an audit log says; one nested deeper than we can read says nothing.

    >>> whole_entries(b'{"who": "a"}\n{"who": "\xc3')
    [<a line of the audit log: {"who": "a"}>]
    """
    lines = content.split(b"\n")[:-1]
    return [entry for line in lines if (entry := _readable(line)) is not None]


def _readable(line: bytes) -> Object | None:
    try:
        return _entry(line)
    except RecursionError:
        return None


def _entry(line: str | bytes) -> Object:
    try:
        return Object(json.loads(line), "a line of the audit log")
    except ValueError as error:
        raise MalformedAnswerError(f"a line of the audit log is not JSON: {line[:80]!r}") from error
