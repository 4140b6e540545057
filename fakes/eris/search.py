"""Finding receipts: every filter given must fit; pages by an opaque cursor.

Rule: pure functions of what is kept and what is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.eris.moments import moment
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.records import Kept

_DEFAULT_LIMIT = 100
_PAGING = frozenset({"tenant_id", "from", "to", "chain_id", "cursor", "limit"})
_CURSOR = "after-"


def search(receipts: Sequence[Kept], asked: Mapping[str, Any]) -> list[Kept]:
    """Return those of a tenant's receipts that fit every filter."""
    return [kept for kept in receipts if _fits(kept, asked)]


def _fits(kept: Kept, asked: Mapping[str, Any]) -> bool:
    if "chain_id" in asked and kept.meta.chain_id != asked["chain_id"]:
        return False
    if not in_time(kept, asked.get("from"), asked.get("to")):
        return False
    paths = (name for name in asked if name not in _PAGING)
    return all(_at(kept.receipt, path) == asked[path] for path in paths)


def in_time(kept: Kept, start: str | None, end: str | None) -> bool:
    """Say whether `timestamp_utc` is at or after the start and before the end."""
    if start is None and end is None:
        return True
    when = moment(kept.receipt["timestamp_utc"])
    return (start is None or when >= moment(start)) and (end is None or when < moment(end))


def _at(receipt: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 -- any JSON value
    value: Any = receipt
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what was found, and what to ask for to get the next (None after the last)."""

    receipts: Sequence[Kept]
    next_cursor: str | None


def page(found: Sequence[Kept], cursor: str | None, limit: float | None) -> Page:
    """Return the receipts after the cursor, at most `limit`."""
    start = _position(cursor)
    size = _DEFAULT_LIMIT if limit is None else int(limit)
    end = start + size
    return Page(found[start:end], f"{_CURSOR}{end}" if end < len(found) else None)


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    number = cursor.removeprefix(_CURSOR)
    if cursor == number or not (number.isascii() and number.isdecimal()):
        raise RefusedError(400, "that is no cursor of this service", field="/cursor")
    return int(number)
