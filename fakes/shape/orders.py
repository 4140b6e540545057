"""From what is ordered over the control API to what is done: replies, faults and their sequence.

Rule: what the control API's contract cannot say is said here: a script that could never fire, or whose answer
could not be sent, is refused with the reason.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import msgspec

from fakes.http.answer import Answer, encode_json, may_have_body
from fakes.shape.errors import RefusedError
from fakes.shape.faults import make_fault, require_fit
from fakes.shape.plans import NORMAL, Armed, Chance, Phase, Plan

if TYPE_CHECKING:
    from typing import Any

    from contracts.document import Document
    from fakes.records import Reply, ScriptOrder, Step
    from fakes.shape.plans import Act

_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_TYPE = "content-type"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_TEXT = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_SEED_BITS = 32


def plan_of(order: ScriptOrder) -> Plan:
    """Return what a script does, call by call."""
    if order.repeat and not order.steps:
        raise RefusedError(400, "only steps can repeat")
    plan = Plan(_phases(order), repeat=order.repeat, left=order.times, chance=_chance(order))
    if all(phase.act is NORMAL for phase in plan.phases):
        raise RefusedError(400, "a script has at least one reply or fault: the rest is normal anyhow")
    return plan


def require_fits(plan: Plan, document: Document, operation: str | None) -> None:
    """Raise ValueError where a fault of the plan could never strike."""
    for phase in plan.phases:
        if isinstance(phase.act, Armed):
            require_fit(phase.act.kind, phase.act.fault, document, operation)


def _phases(order: ScriptOrder) -> tuple[Phase, ...]:
    if sum((order.reply is not None, order.fault is not None, bool(order.steps))) != 1:
        raise RefusedError(400, "a script has exactly one of reply, fault and steps")
    if order.reply is not None or order.fault is not None:
        return (Phase(_act(order.reply, order.fault), None),)
    return tuple(_phase(step) for step in order.steps)


def _phase(step: Step) -> Phase:
    if sum((step.reply is not None, step.fault is not None, step.normal)) != 1:
        raise RefusedError(400, "a step has exactly one of reply, fault and normal: true")
    return Phase(NORMAL if step.normal else _act(step.reply, step.fault), step.times)


def _chance(order: ScriptOrder) -> Chance | None:
    if order.probability is None:
        if order.seed is not None:
            raise RefusedError(400, "a seed is for a probability")
        return None
    return Chance(order.probability, secrets.randbits(_SEED_BITS) if order.seed is None else order.seed)


def _act(reply: Reply | None, fault: dict[str, Any] | None) -> Act:
    if reply is not None:
        return _answer_of(reply)
    try:
        return Armed(*make_fault(fault or {}))
    except ValueError as error:
        raise RefusedError(400, str(error)) from None


def _answer_of(reply: Reply) -> Answer:
    for name, text in reply.headers.items():
        if name.lower() in _FRAMING or not _NAME.fullmatch(name) or not _TEXT.fullmatch(text):
            raise RefusedError(400, f"header {name!r} cannot be scripted like this")
    if reply.body is not msgspec.UNSET and not may_have_body(reply.status):
        raise RefusedError(400, f"an answer {reply.status} has no body: it would not be sent")
    headers = tuple((name, text) for name, text in reply.headers.items() if name.lower() != _TYPE)
    given = next((text for name, text in reply.headers.items() if name.lower() == _TYPE), None)
    if reply.body is msgspec.UNSET:
        return Answer(reply.status, b"", headers, given)
    return Answer(reply.status, encode_json(reply.body), headers, given or "application/json")
