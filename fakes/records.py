"""What the control API speaks: the same frozen values on the server's and on the client's side.

Rule: no behaviour, no I/O.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose requests are meant: all that is given must fit; of a traceparent only the trace id counts."""

    tenant: str | None = None
    token: str | None = None
    sub: str | None = None
    traceparent: str | None = None


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer word for word; a body is sent as JSON, a missing one not at all."""

    status: int
    headers: dict[str, str] = {}
    body: Any = msgspec.UNSET


class ScriptOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens instead of the normal answer: reply or fault, `times` times (None: until healed)."""

    operation: str | None = None
    match: Match = Match()
    reply: Reply | None = None
    fault: dict[str, Any] | None = None
    times: int | None = None


class ScriptState(msgspec.Struct, frozen=True):
    """What became of a script; times are RFC 3339."""

    script_id: str
    operation: str | None
    match: Match
    armed_at: str
    fired_at: tuple[str, ...] = ()
    hits: int = 0


class Breach(msgspec.Struct, frozen=True):
    """One way in which a request was outside the contract."""

    rule: str
    pointer: str
    message: str


class Entry(msgspec.Struct, frozen=True):
    """One request that a fake got, and what it answered; `status` is None where it has answered nothing.

    Tokens in headers and bodies are replaced by `<token:FIRST 12 HEX OF SHA256>`.
    """

    seq: int
    at: str
    operation: str | None
    tenant: str | None
    sub: str | None
    traceparent: str | None
    method: str
    path: str
    query: str
    request_headers: dict[str, str]
    request_body: Any
    status: int | None
    response_body: Any
    fault: str | None
    script_id: str | None
    violations: tuple[Breach, ...] = ()


class Journal(msgspec.Struct, frozen=True):
    """A page of the journal; where `next_after` is given there is more, after that entry."""

    entries: tuple[Entry, ...]
    next_after: int | None = None


class Span(msgspec.Struct, frozen=True):
    """One span that the collector was sent; ids are hex, times nanoseconds since the epoch."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    start_unix_nano: int
    end_unix_nano: int
    attributes: dict[str, Any]
    resource: dict[str, Any]


class Spans(msgspec.Struct, frozen=True):
    """What the collector keeps, in the order in which it came."""

    spans: tuple[Span, ...]


class Meta(msgspec.Struct, frozen=True):
    """What ERIS says of a receipt that it stored."""

    hash: str
    prev_hash: str
    chain_id: str
    sequence: int
    received_at: str
    signature_verification_status: str


class Kept(msgspec.Struct, frozen=True):
    """A receipt in the store, as it came, and what ERIS says of it."""

    receipt: dict[str, Any]
    meta: Meta


class DeadLetter(msgspec.Struct, frozen=True):
    """A receipt that was refused (or what came in its place), and why."""

    receipt: Any
    reason: str
    at: str


class Stored(msgspec.Struct, frozen=True):
    """All that ERIS has from a tenant: receipts in the order in which they came, and what it refused."""

    receipts: tuple[Kept, ...]
    dead_letters: tuple[DeadLetter, ...]


class MetaReceipt(msgspec.Struct, frozen=True):
    """Who read what, when. `reader` is the fingerprint of the token it came with, or "anonymous"."""

    reader: str
    operation: str
    tenant_id: str | None
    receipt_ids: tuple[str, ...]
    at: str


class MetaReceipts(msgspec.Struct, frozen=True):
    """The reads that ERIS noted."""

    meta_receipts: tuple[MetaReceipt, ...]
