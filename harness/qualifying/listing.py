"""The defects that an engine's team has seeded, as its command lists them: one JSON object a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from harness.processes import (
    Command,
    ConfigurationError,
    UnbuildableError,
    engine_environment,
    lock_of,
    own_python,
    start,
    work_directory,
)
from harness.qualifying.record import Defect
from harness.targets import render
from harness.targets.keys import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from harness.targets import Profile, Target

WHAT = "target.defects.list"
LIMIT_SECONDS = 300.0
# An id is the name of a file, too.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def list_defects(profile: Profile, register: Collection[str]) -> tuple[Defect, ...]:
    """Ask the profile's command which defects there are."""
    if profile.target.defects is None:
        raise ConfigurationError(f"{profile.path}: has no [target.defects]: which are to be caught?")
    for line in _shared_by_hunts(profile.target):
        raise ConfigurationError(f"{profile.path}: {line}")
    try:
        text = _listed(profile, profile.target.defects.list)
        return read_list(text, register)
    except ConfigurationError as error:
        raise ConfigurationError(f"{profile.path}: {error.line}", error.log) from None


def _shared_by_hunts(target: Target) -> Iterator[str]:
    """Yield what hunts side by side would see each other by."""
    if target.services:
        yield "target.services: each hunt has storage of its own; leave it out to qualify"
    if target.port is not None:
        yield "target.port: hunts run side by side; leave it out to qualify, and use {port}"


def read_list(text: str, register: Collection[str]) -> tuple[Defect, ...]:
    """Return what is listed; a line that is no defect is an error that names it."""
    found: dict[str, Defect] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{WHAT}, line {number}"
        defect = _defect(line, where)
        for problem in _problems(defect, found, register):
            raise ConfigurationError(f"{where}: {problem}")
        found[defect.id] = defect
    if not found:
        raise ConfigurationError(f"{WHAT}: lists no defect")
    return tuple(found.values())


def chosen(defects: tuple[Defect, ...], names: tuple[str, ...]) -> tuple[Defect, ...]:
    """Return the defects of these names (none: all), in the list's order."""
    known = [defect.id for defect in defects]
    for name in names:
        if name not in known:
            raise ConfigurationError(f"--defect {name}: is not listed{nearest(name, known)}")
    return tuple(defect for defect in defects if not names or defect.id in names)


def _listed(profile: Profile, words: tuple[str, ...]) -> str:
    with work_directory() as work_dir:
        command = Command(
            name=WHAT,
            argv=tuple(render(word, {"python": own_python()}) for word in words),
            cwd=profile.cwd,
            env=engine_environment({}, profile.target.inherit),
            log=work_dir / "list.log",
            stdout=work_dir / "list.jsonl",
            lock=lock_of(work_dir),
        )
        return _output(command)


def _output(command: Command) -> str:
    try:
        with start(command) as child:
            code = child.wait(LIMIT_SECONDS)
    except UnbuildableError as error:
        raise ConfigurationError(error.line) from None
    if code != 0:
        how = f"not done after {LIMIT_SECONDS:g} s" if code is None else f"ended with exit code {code}"
        raise ConfigurationError(f"{WHAT}: {how}", child.last_lines(5))
    path = command.stdout or command.log
    return path.read_text(encoding="utf-8", errors="replace")


def _defect(line: str, where: str) -> Defect:
    try:
        return msgspec.json.decode(line, type=Defect)
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{where}: {str(error).replace('`', '')}") from None


def _problems(defect: Defect, found: Collection[str], register: Collection[str]) -> Iterator[str]:
    if not NAME.fullmatch(defect.id):
        yield f"the id {defect.id!r} is not made of letters, digits, '.', '_' and '-' alone"
    if defect.id in found:
        yield f"{defect.id} is listed twice"
    for name in defect.requirements:
        if name not in register:
            yield f"{defect.id}: {name} is not in the register{nearest(name, register)}"
