"""Was it asked, and how often? And where it was not: which request came nearest, and what it lacked.

Rules: pure functions over the journal's lines. A request that has no key in common with those that a match
names is somebody else's and is never shown.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from fakes.records import Miss, Nearest, Verified
from fakes.shape.dispatch import make_call
from fakes.shape.errors import RefusedError
from fakes.shape.identity import keys_of
from fakes.shape.journal import entry_of
from fakes.shape.matching import matchers_of
from fakes.shape.redaction import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.records import VerifyOrder
    from fakes.shape.identity import Key
    from fakes.shape.journal import JournalBook
    from fakes.shape.line import Line
    from fakes.shape.matching import Matcher

# Nearest is looked for among the newest only: a journal may hold a whole load run.
_LOOKED_AT = 1000


def verify(order: VerifyOrder, journal: JournalBook) -> Verified:
    """Count the requests that an order means; where there are too few, find the nearest of the others."""
    at_least, at_most = _bounds(order)
    keys, matchers = frozenset(keys_of(order.match)), matchers_of(order.match)
    count = sum(_fits(line, matchers) for line in journal.lines(keys, order.operation))
    if at_least <= count and (at_most is None or count <= at_most):
        return Verified(satisfied=True, count=count)
    nearest = _nearest(order, matchers, journal) if count < at_least else None
    return Verified(satisfied=False, count=count, nearest=nearest)


def _bounds(order: VerifyOrder) -> tuple[int, int | None]:
    if order.exactly is not None:
        if order.at_least is not None or order.at_most is not None:
            raise RefusedError(400, "exactly stands alone: no at_least, no at_most")
        return order.exactly, order.exactly
    if order.at_least is None:
        return (1 if order.at_most is None else 0), order.at_most
    if order.at_most is not None and order.at_most < order.at_least:
        raise RefusedError(400, "at_most is not below at_least")
    return order.at_least, order.at_most


def _fits(line: Line, matchers: tuple[Matcher, ...]) -> bool:
    call = make_call(line.request, line.operation, line.at)
    return all(matcher.fits(call) for matcher in matchers)


def _nearest(order: VerifyOrder, matchers: tuple[Matcher, ...], journal: JournalBook) -> Nearest | None:
    """Return the request with the fewest misses (but some), of several the newest."""
    keys = keys_of(order.match)
    missed = (
        (line, misses)
        for line in islice(_candidates(keys, journal), _LOOKED_AT)
        if (misses := _misses(line, order.operation, keys, matchers))
    )
    found = min(missed, key=lambda pair: len(pair[1]), default=None)
    return None if found is None else Nearest(entry_of(found[0]), found[1])


def _candidates(keys: tuple[Key, ...], journal: JournalBook) -> Iterator[Line]:
    scopes = [frozenset([key]) for key in keys] or [frozenset()]
    newest = (deque(journal.lines(scope), maxlen=_LOOKED_AT) for scope in scopes)
    lines = {line.seq: line for latest in newest for line in latest}
    return (lines[seq] for seq in sorted(lines, reverse=True))


def _misses(
    line: Line, operation: str | None, keys: tuple[Key, ...], matchers: tuple[Matcher, ...]
) -> tuple[Miss, ...]:
    aside = () if operation in (None, line.operation) else (Miss("operation", operation, line.operation),)
    return (*aside, *_strange_keys(line, keys), *_misfits(line, matchers))


def _strange_keys(line: Line, keys: tuple[Key, ...]) -> Iterator[Miss]:
    known = dict(line.identity.as_keys())
    for kind, value in keys:
        if known.get(kind) != value:
            shown = fingerprint if kind == "token" else _as_it_is
            yield Miss(kind, shown(value), shown(known[kind]) if kind in known else msgspec.UNSET)


def _misfits(line: Line, matchers: tuple[Matcher, ...]) -> Iterator[Miss]:
    call, token = make_call(line.request, line.operation, line.at), line.identity.token
    for matcher in matchers:
        if not matcher.fits(call):
            yield Miss(matcher.name, matcher.expected, matcher.shown(matcher.part(call), token))


def _as_it_is(text: str) -> str:
    return text
