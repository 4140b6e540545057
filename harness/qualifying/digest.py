"""What a qualification is measured with, as one digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from harness.processes import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What an earlier qualification has measured decides nothing in the next.
MEASURED = "harness/qualifying/measured.json"


# Whoever judges an engine.
JUDGES = ("contracts", "harness", "scenarios")


def judges_digest() -> str:
    """Return the digest of all that judges an engine."""
    return digest_of(named for room in JUDGES for named in files_of(room))


def files_of(room: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a room by their names, in order."""
    for path in sorted((CHECKOUT / room).rglob("*")):
        name = path.relative_to(CHECKOUT).as_posix()
        if path.is_file() and "__pycache__" not in path.parts and name != MEASURED:
            yield name, path.read_bytes()


def digest_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest of named data."""
    total = hashlib.sha256()
    for name, data in parts:
        total.update(f"{name}\n{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()
