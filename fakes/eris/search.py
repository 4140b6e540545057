"""Finding receipts: every filter given must fit; pages by an opaque cursor.

Rules: pure functions of what is kept and what is asked. A cursor is the number of the last receipt shown, so
that what arrives between two pages moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.eris.canonical import canonical_form
from fakes.eris.errors import VALIDATION_ERROR, ErisRefusedError
from fakes.eris.moments import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fakes.eris.store import Deposit

Fits = Callable[["Deposit"], bool]
_DEFAULT_LIMIT = 100
_NOT_PATHS = frozenset({"tenant_id", "from", "to", "chain_id", "cursor", "limit"})
_CURSOR = "after-"
_DIGITS = 18


def filters(asked: Mapping[str, Any]) -> list[Fits]:
    """Return what must be true of a receipt that is asked for, the cheapest first."""
    made: list[Fits] = []
    if "chain_id" in asked:
        made.append(lambda deposit: deposit.chain_id == asked["chain_id"])
    made.extend(_at(path, value) for path, value in asked.items() if path not in _NOT_PATHS)
    if "from" in asked or "to" in asked:
        in_time = within(asked.get("from"), asked.get("to"))
        made.append(lambda deposit: in_time(deposit.text))
    return made


def _at(path: str, value: Any) -> Fits:  # noqa: ANN401 -- any JSON value
    """Return whether a receipt has this value there; most that have not are known by their bytes."""
    *above, last = path.split(".")
    trace = canonical_form({last: value})[1:-1]

    def fits(deposit: Deposit) -> bool:
        if trace not in deposit.text:
            return False
        here: Any = deposit.receipt()
        for step in above:
            here = here.get(step)
            if not isinstance(here, dict):
                return False
        return bool(last in here and here[last] == value)

    return fits


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what was found, and what to ask for to get the next (None after the last)."""

    deposits: Sequence[Deposit]
    next_cursor: str | None


def page(found: Iterable[Deposit], limit: float | None) -> Page:
    """Return the first of what was found, at most `limit`; no further than that is looked."""
    size = _DEFAULT_LIMIT if limit is None else int(limit)
    shown: list[Deposit] = []
    for deposit in found:
        if len(shown) == size:
            return Page(shown, f"{_CURSOR}{shown[-1].number}")
        shown.append(deposit)
    return Page(shown, None)


def position(cursor: str | None) -> int:
    """Return the number after which the page begins."""
    if cursor is None:
        return 0
    number = cursor.removeprefix(_CURSOR)
    if cursor == number or not (number.isascii() and number.isdecimal()) or len(number) > _DIGITS:
        message = "that is no cursor of this service"
        raise ErisRefusedError(400, message, code=VALIDATION_ERROR, field="/cursor")
    return int(number)
