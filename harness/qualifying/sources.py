"""What the engine is made of, as far as its profile tells: the files that a digest of it covers.

Rule: whatever the words of its commands name below the directory that it is started in, the folders of what
its defects change, and the file that it declares. What is hidden, installed or compiled is no source.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.qualifying.known import history_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.qualifying.record import Defect
    from harness.targets import Profile

NO_SOURCE = frozenset({"__pycache__", "node_modules"})
INSTALLED = "pyvenv.cfg"
LONGEST = 250  # what is longer is a program, not the name of one


def sources_of(profile: Profile, defects: Iterable[Defect]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the engine by their names, in order."""
    cwd = profile.cwd
    changed = {change.file for defect in defects for change in defect.changes}
    folders = {Path(name).parts[0] for name in changed if len(Path(name).parts) > 1}
    places = {*(cwd / name for name in {*changed, *folders}), *_named(profile)}
    known = history_file(profile)
    for path in sorted({file for place in places for file in _files(place)} - {known}):
        yield os.path.relpath(path, cwd), path.read_bytes()


def _named(profile: Profile) -> Iterator[Path]:
    """Yield what the words of the commands name: a folder or a file, as a path or as a module of Python."""
    target, cwd = profile.target, profile.cwd
    if target.artefact is not None and target.artefact.file:
        yield profile.directory / target.artefact.file
    seeded = (*target.defects.list, *target.defects.command) if target.defects else ()
    for word in (*target.command, *target.prepare, *seeded):
        if len(word) > LONGEST:
            continue
        module = word.replace(".", "/")
        for name in (word, module, f"{module}.py"):
            path = (cwd / name).resolve()
            if path.is_relative_to(cwd) and path != cwd:
                yield path


def _files(place: Path) -> Iterator[Path]:
    """Yield a file, and with it those of its kind around it; or all that is in a folder."""
    if place.is_file():
        yield place
        if place.suffix:
            yield from (file for file in _walked(place.parent) if file.suffix == place.suffix)
    elif place.is_dir():
        yield from _walked(place)


def _walked(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        if INSTALLED in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NO_SOURCE]
        yield from (Path(at, name) for name in files if not name.startswith("."))
