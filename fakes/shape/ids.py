"""Ids for requests that bring none: UUIDs that never come twice.

Rule: unique, not secret. The first half is random and this process' own, the rest counts: `uuid4` would cost
every answer more than the check of its request.
"""

from __future__ import annotations

from itertools import count
from uuid import uuid4

_ours = str(uuid4())[:24]
_numbers = count(1)


def new_id() -> str:
    """Return a UUID in its canonical form."""
    return f"{_ours}{next(_numbers):012x}"
