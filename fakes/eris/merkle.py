r"""Merkle trees of RFC 6962: the root over a list of entries, and the path from each entry up to it.

Rule: pure. The RFC splits n entries at the largest power of two below n; joining neighbours level by level
and lifting a last one without a neighbour as it is makes the same tree.

>>> leaves = [leaf(entry) for entry in (b"", b"\x00", b"\x10")]
>>> root(leaves).hex()
'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'
>>> [side for _, side in paths(leaves)[2]]
['left']
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Side = Literal["left", "right"]
Path = list[tuple[bytes, Side]]


def leaf(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two hashes."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the hash over all leaves; that of no leaf is the hash of nothing."""
    return _levels(leaves)[-1][0] if leaves else sha256().digest()


def paths(leaves: Sequence[bytes]) -> list[Path]:
    """Return for each leaf the hashes that lead from it to the root, and the side on which each stands."""
    levels = _levels(leaves)[:-1] if leaves else []
    return [_path(levels, place) for place in range(len(leaves))]


def _path(levels: Sequence[Sequence[bytes]], place: int) -> Path:
    path: Path = []
    for level in levels:
        beside = place ^ 1
        if beside < len(level):
            path.append((level[beside], "left" if beside < place else "right"))
        place //= 2
    return path


def _levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(_joined(levels[-1]))
    return levels


def _joined(level: Sequence[bytes]) -> list[bytes]:
    pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
