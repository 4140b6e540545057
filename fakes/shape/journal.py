"""What a fake was asked and what it answered, in order.

Rules: a request is journaled when it arrives, so one that is never answered is there, too; redaction is done
when the journal is read, so that it costs the requests nothing; nothing is forgotten but by `reset`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from fakes.records import Breach, Entry
from fakes.shape.clock import rfc3339
from fakes.shape.redaction import redact_header, redact_json, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.validation import Violation
    from fakes.http.answer import Answer
    from fakes.http.request import Request
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Identity, Key


@dataclass(slots=True, eq=False)
class Line:
    """One exchange, as raw as it was; what follows `request` comes later than the rest."""

    seq: int
    at: float
    operation: str | None
    identity: Identity
    request: Request
    answer: Answer | None = None
    fault: str | None = None
    script_id: str | None = None
    violations: list[Violation] = field(default_factory=list)
    armed_at: str | None = None
    fired_at: str | None = None

    def entry(self) -> Entry:
        """Return the exchange for reading: decoded and redacted."""
        token, request = self.identity.token, self.request
        return Entry(
            seq=self.seq,
            at=rfc3339(self.at),
            operation=self.operation,
            tenant=self.identity.tenant,
            sub=self.identity.sub,
            traceparent=self.identity.traceparent,
            method=request.method,
            path=redact_text(request.path, token),
            query=redact_text(request.query, token),
            request_headers={
                name: redact_header(name, text, token) for name, text in request.headers.items()
            },
            request_body=_readable(request.body, token),
            status=self.answer.status if self.answer else None,
            response_body=_readable(self.answer.body, token) if self.answer else None,
            fault=self.fault,
            armed_at=self.armed_at,
            fired_at=self.fired_at,
            script_id=self.script_id,
            violations=tuple(
                Breach(found.rule, redact_text(found.pointer, token), redact_text(found.message, token))
                for found in self.violations
            ),
        )


class JournalBook:
    """All exchanges of one fake, with an index by tenant, token, sub and trace id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._lines: dict[int, Line] = {}
        self._index: dict[Key, dict[int, Line]] = {}

    def open(self, operation: str | None, identity: Identity, request: Request) -> Line:
        """Note a request that has arrived."""
        line = Line(next(self._numbers), self._clock(), operation, identity, request)
        self._lines[line.seq] = line
        for key in identity.as_keys():
            self._index.setdefault(key, {})[line.seq] = line
        return line

    def read(
        self, keys: Iterable[Key] = (), operation: str | None = None, after: int = 0
    ) -> tuple[Entry, ...]:
        """Return the exchanges that fit all that is given, oldest first."""
        return tuple(line.entry() for line in self.lines(frozenset(keys), operation, after))

    def lines(self, keys: frozenset[Key], operation: str | None = None, after: int = 0) -> Iterator[Line]:
        """Return the same raw, oldest first."""
        return (line for line in self._with(keys) if line.seq > after and operation in (None, line.operation))

    def reset(self, keys: frozenset[Key]) -> None:
        """Forget the exchanges that have all these keys (all, where there are none)."""
        for line in self._with(keys):
            del self._lines[line.seq]
            for key in line.identity.as_keys():
                self._unindex(key, line.seq)

    def _with(self, keys: frozenset[Key]) -> list[Line]:
        if not keys:
            return list(self._lines.values())
        fewest = min((self._index.get(key, {}) for key in keys), key=len)
        return [line for line in fewest.values() if keys.issubset(line.identity.as_keys())]

    def _unindex(self, key: Key, seq: int) -> None:
        lines = self._index[key]
        del lines[seq]
        if not lines:
            del self._index[key]


def _readable(body: bytes, token: str | None) -> Any:  # noqa: ANN401 -- any JSON value
    """Return a body redacted: as JSON, else as text, else as base64; an empty one as None."""
    if not body:
        return None
    try:
        return redact_json(msgspec.json.decode(body), token)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return redact_text(_text(body), token)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()
