"""Ids for requests that bring none: UUIDs that never come twice.

Rule: unique, not secret. The first half is random and this process' own, the rest counts: `uuid4` would cost
every answer more than the check of its request.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LAST_TWO = tuple(f"{number:02x}" for number in range(256))


def _ids() -> Iterator[str]:
    ours = str(uuid4())[:24]
    for number in count():
        before = f"{ours}{number:010x}"  # written once for 256 ids
        for last in _LAST_TWO:
            yield before + last


new_id: Callable[[], str] = _ids().__next__
"""Return a UUID in its canonical form."""
