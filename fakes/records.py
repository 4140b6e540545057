"""What the control API speaks: the same frozen values on the server's and on the client's side.

Rule: no behaviour, no I/O.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose requests are meant: all that is given must fit; of a traceparent only the trace id counts."""

    tenant: str | None = None
    token: str | None = None
    sub: str | None = None
    traceparent: str | None = None


class TextCondition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a text must be: all that is given must hold. `present`: whether it must be there at all."""

    equals: str | msgspec.UnsetType = msgspec.UNSET
    matches: str | msgspec.UnsetType = msgspec.UNSET
    contains: str | msgspec.UnsetType = msgspec.UNSET
    present: bool | msgspec.UnsetType = msgspec.UNSET


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a JSON value must be: all that is given must hold. An array contains its items."""

    equals: Any = msgspec.UNSET
    matches: str | msgspec.UnsetType = msgspec.UNSET
    contains: Any = msgspec.UNSET
    present: bool | msgspec.UnsetType = msgspec.UNSET


class Match(Scope, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which requests are meant: whose they are, and what is in them; all that is given must fit.

    `path` is as on the wire; `body` is by JSON Pointer ("" is the whole), `body_schema` for the whole body.
    """

    method: str | None = None
    path: TextCondition | None = None
    query: dict[str, TextCondition] = {}
    headers: dict[str, TextCondition] = {}
    body: dict[str, Condition] = {}
    body_schema: dict[str, Any] | bool | msgspec.UnsetType = msgspec.UNSET


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer word for word; a body is sent as JSON, a missing one not at all."""

    status: int
    headers: dict[str, str] = {}
    body: Any = msgspec.UNSET


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a sequence: a reply, a fault or the fake's own answer (`normal`), for so many calls."""

    reply: Reply | None = None
    fault: dict[str, Any] | None = None
    normal: bool = False
    times: int = 1


class ScriptOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens instead of the normal answer: a reply, a fault, or steps one after the other.

    It lasts `times` calls (None: until healed; steps that do not `repeat` end by themselves) and `seconds`;
    with a `probability` chance spares calls, always the same ones for the same `seed` and the same calls.
    """

    operation: str | None = None
    match: Match = Match()
    reply: Reply | None = None
    fault: dict[str, Any] | None = None
    steps: tuple[Step, ...] = ()
    repeat: bool = False
    times: int | None = None
    seconds: float | None = None
    probability: float | None = None
    seed: int | None = None


class ScriptState(msgspec.Struct, frozen=True):
    """What became of a script; times are RFC 3339, and those of the first 10,000 hits only.

    A hit is a call that it answered or harmed; `exhausted`: it can have no more. `seed` repeats its chances.
    `unreached`: the replies and faults of a sequence to which no call came.
    """

    script_id: str
    operation: str | None
    match: Match
    armed_at: str
    fired_at: tuple[str, ...] = ()
    hits: int = 0
    does: str = ""
    exhausted: bool = False
    until: str | None = None
    probability: float | None = None
    seed: int | None = None
    unreached: tuple[str, ...] = ()


class ScriptStates(msgspec.Struct, frozen=True):
    """The scripts that were neither healed nor reset, in the order in which they were armed."""

    scripts: tuple[ScriptState, ...]


class Breach(msgspec.Struct, frozen=True):
    """One way in which a request was outside the contract."""

    rule: str
    pointer: str
    message: str


class Entry(msgspec.Struct, frozen=True):
    """One request that a fake got, and what it answered; `status` is None where it has answered nothing.

    `armed_at`: when the fault that was meant for it was armed. `fired_at`: when that really struck; None
    where it did not, since the client had gone or this answer could not be spoilt like that.
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
    armed_at: str | None
    fired_at: str | None
    script_id: str | None
    violations: tuple[Breach, ...] = ()


class Journal(msgspec.Struct, frozen=True):
    """A page of the journal; where `next_after` is given there is more, after that entry."""

    entries: tuple[Entry, ...]
    next_after: int | None = None


class VerifyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a request must have come (at least once, where nothing is said)."""

    operation: str | None = None
    match: Match = Match()
    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None


class Miss(msgspec.Struct, frozen=True, omit_defaults=True):
    """A matcher that a request does not fit, and what the request has there (nothing: it has none)."""

    matcher: str
    expected: Any
    actual: Any = msgspec.UNSET


class Nearest(msgspec.Struct, frozen=True):
    """The journaled request that fits the most matchers, and those that it misses."""

    entry: Entry
    misses: tuple[Miss, ...]


class Verified(msgspec.Struct, frozen=True):
    """How often it came, and whether that is as it must be; the nearest miss, where it came too seldom."""

    satisfied: bool
    count: int
    nearest: Nearest | None = None


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


BAD_TOKEN_FAMILIES = (
    "signature",
    "header",
    "tampered",
    "form",
    "absent",
    "misshapen",
    "unicode",
    "party",
    "time",
)


class BadToken(msgspec.Struct, frozen=True):
    """One way in which a token can be bad, and the reason that a correct verifier gives.

    `travels`: it fits into an Authorization header, so that an engine can be sent it.
    """

    name: str
    family: str
    story: str
    reason: str
    travels: bool


class BadTokens(msgspec.Struct, frozen=True):
    """The catalogue; each name is a `flaw` that can be ordered."""

    bad_tokens: tuple[BadToken, ...]


class Rotation(msgspec.Struct, frozen=True):
    """The key that signs now, and the one before, which verifies until the time given (RFC 3339)."""

    kid: str
    previous_kid: str
    previous_until: str
