"""What a fake was asked and what it answered, in order.

Rules: a request is journaled before the next one is looked at, and one whose answer is not known at once when
it arrives, so one that is never answered is there, too; redaction is done when the journal is read, so that
it costs the requests nothing; nothing is forgotten but by `reset`, and what is over goes to disk, so that
memory does not grow with it.
"""

from __future__ import annotations

import base64
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from fakes.records import Breach, Entry, Journal
from fakes.shape.clock import rfc3339
from fakes.shape.line import Line
from fakes.shape.redaction import redact_fields, redact_header, redact_json, redact_text
from fakes.shape.sheet import Sheet, lines_in
from fakes.shape.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fakes.http.answer import Answer
    from fakes.http.request import Request
    from fakes.shape.call import Call
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Identity, Key

PAGE = 2_000
"""How many entries a page has at most: while one is made, nobody else is answered."""

_PAGE_BYTES = 16_777_216
_KEPT_LINES = 256
_KEPT_BYTES = 1_048_576
_by_seq = attrgetter("seq")


class JournalBook:
    """All exchanges of one fake: those not over and the latest in memory, the others on a shelf.

    `kept`: how many that are over stay in memory, at most.
    """

    def __init__(self, clock: Clock, kept: int = _KEPT_LINES) -> None:
        self._clock = clock
        self._kept = kept
        self._numbers = count(1)
        self._open: dict[int, Line] = {}
        self._over = Sheet()
        self._shelf = Shelf()

    def open(self, operation: str | None, identity: Identity, request: Request) -> Line:
        """Note a request that has arrived; what becomes of it may be noted until it is closed."""
        line = Line(next(self._numbers), self._clock(), operation, identity, request)
        self._open[line.seq] = line
        return line

    def close(self, line: Line) -> None:
        """Take note that nothing more becomes of it. One that was reset meanwhile is forgotten."""
        if self._open.pop(line.seq, None) is None:
            return
        self._over.add(line)
        if self._over.count >= self._kept or self._over.size >= _KEPT_BYTES:
            self._put_aside()

    def note(self, call: Call, identity: Identity, answer: Answer, script_id: str | None) -> None:
        """Note a request inside the contract that is answered at once: nothing can come in between."""
        over = self._over
        over.add_newest(next(self._numbers), call, identity, answer, script_id)
        if over.count >= self._kept or over.size >= _KEPT_BYTES:
            self._put_aside()

    def _put_aside(self) -> None:
        self._shelf.put(self._over)
        self._over = Sheet()

    def read(
        self, keys: Iterable[Key] = (), operation: str | None = None, after: int = 0
    ) -> tuple[Entry, ...]:
        """Return the exchanges that fit all that is given, oldest first, however many they are."""
        return tuple(entry_of(line) for line in self.lines(frozenset(keys), operation, after))

    def page(
        self,
        keys: Iterable[Key] = (),
        operation: str | None = None,
        after: int = 0,
        limit: int = PAGE,
        *,
        outside: bool = False,
    ) -> Journal:
        """Return the first of them, and after which the next page begins, if there is one.

        A page may have fewer entries than `limit`: very large ones make it shorter. `outside`: only those
        outside the contract.
        """
        entries: list[Entry] = []
        size = 0
        for line in self.lines(frozenset(keys), operation, after, outside=outside):
            if len(entries) >= limit or size >= _PAGE_BYTES:
                return Journal(tuple(entries), entries[-1].seq)
            entries.append(entry_of(line))
            size += line.weight
        return Journal(tuple(entries))

    def lines(
        self, keys: frozenset[Key], operation: str | None = None, after: int = 0, *, outside: bool = False
    ) -> Iterator[Line]:
        """Return the same raw, oldest first; to be read at once, before anything is journaled or reset."""

        def fits(line: Line) -> bool:
            if outside and not line.violations:
                return False
            return line.seq > after and operation in (None, line.operation) and line.has(keys)

        due = sorted(filter(fits, chain(self._open.values(), lines_in(self._over.whole()))), key=_by_seq)
        for first, lines in self._shelf.boxes(keys, operation, after, outside=outside):
            yield from (line for line in due if line.seq < first)
            later = [line for line in due if line.seq >= first]
            due = sorted(chain(later, filter(fits, lines)), key=_by_seq)
        yield from due

    def reset(self, keys: frozenset[Key]) -> None:
        """Forget the exchanges that have all these keys (all, where there are none)."""
        self._open = {seq: line for seq, line in self._open.items() if not line.has(keys)}
        self._over = Sheet(line for line in lines_in(self._over.whole()) if not line.has(keys))
        self._shelf.forget(keys)


def entry_of(line: Line) -> Entry:
    """Return the exchange for reading: decoded and redacted."""
    token, trace, request, answer = line.identity.token, line.identity.traceparent, line.request, line.answer
    return Entry(
        seq=line.seq,
        at=rfc3339(line.at),
        operation=line.operation,
        tenant=line.identity.tenant,
        sub=line.identity.sub,
        traceparent=None if trace is None else redact_text(trace, token),
        method=request.method,
        path=redact_text(request.path, token),
        query=redact_fields(request.query, token),
        request_headers={name: redact_header(name, text, token) for name, text in request.headers.items()},
        request_body=_readable(request.body, token),
        status=answer.status if answer else None,
        response_body=_readable(answer.body, token) if answer else None,
        fault=line.fault,
        armed_at=line.armed_at,
        fired_at=line.fired_at,
        script_id=line.script_id,
        violations=tuple(
            Breach(found.rule, redact_text(found.pointer, token), redact_text(found.message, token))
            for found in line.violations
        ),
    )


def _readable(body: bytes, token: str | None) -> Any:  # noqa: ANN401 -- any JSON value
    """Return a body redacted: as JSON, else as text, else as base64; an empty one as None.

    One that is no text but has a secret in it is shown as the text that it nearly is: base64 would tell it.
    """
    if not body:
        return None
    try:
        return redact_json(msgspec.json.decode(body), token)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _readable_text(body, token)


def _readable_text(body: bytes, token: str | None) -> str:
    nearly = body.decode(errors="replace")
    shown = redact_fields(nearly, token)
    if shown == nearly and not _is_text(body):
        return base64.b64encode(body).decode()
    return shown


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
