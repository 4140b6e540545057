"""Everything that a scenario imports. What the engine, its people and dependencies can do, fixtures give.

Fixtures: engine, people, given, names, world, running, engine_log, stored, trials, and a handle for each
dependency: iam, eris, policy, llm, ubi, governance, alerting, otlp; in a world of a scenario's own also
database and redis.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from harness.driving.altered import ALTERED
from harness.driving.answers import Items, Object, each_of, flat
from harness.driving.audit import AuditLog
from harness.driving.builders import (
    ABSENT,
    Json,
    a_context,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_rationale,
    a_signal,
    an_experiment,
    an_outcome,
    with_body,
)
from harness.driving.dependencies import (
    Alerting,
    Dependency,
    Eris,
    Governance,
    Iam,
    Llm,
    Otlp,
    Policy,
    Receipt,
    Storage,
    Ubi,
)
from harness.driving.dependencies.base import eventually
from harness.driving.dependencies.eris import RECEIVE
from harness.driving.dependencies.iam import BAD_TOKEN_FAMILIES, DECISION, VERIFY
from harness.driving.dependencies.others import (
    CONFIG,
    EVALUATE,
    GENERATE,
    NOTIFY,
    RECENT_SIGNALS,
    STANDARDS,
)
from harness.driving.engine import EngineClient
from harness.driving.failures import EngineBreachError, HungUpError, MismatchError, not_exercised
from harness.driving.givens import Given
from harness.driving.guesses import guessed
from harness.driving.log import EngineLog
from harness.driving.looks import ACCOUNTS, IDS, MARKS, TENANTS, TEST_AGENTS, TOKENS, Mark
from harness.driving.metrics import metric_names, samples
from harness.driving.names import Names, spelled_out
from harness.driving.numbers import metrics_of, told_by_one_process
from harness.driving.people import SCOPES, People
from harness.driving.receipts import chain_problems
from harness.driving.reply import Decision, Reply
from harness.driving.routes import NOTHING, Route, routes
from harness.driving.shapes import CANONICAL, SEMVER, WITH_OFFSET, moment
from harness.driving.starting import starts_again
from harness.driving.stored import StoredData
from harness.driving.trials import Bounds, Trial, Trials
from harness.worlds import Running, World, with_audit_log_nowhere, with_pem, without_key
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any

requirement = pytest.mark.requirement
own_world = pytest.mark.own_world
parametrize = pytest.mark.parametrize

CREATED = (200, 201)
ASK_AGAIN_AFTER = 0.4
NOT_FOUND, NO_SUCH_METHOD = 404, (405, 501)


async def all_at_once(*calls: Coroutine[Any, Any, Reply]) -> list[Reply]:
    """Make several calls at the same time and return the answers in the order of the calls."""
    return list(await asyncio.gather(*calls))


def each_answered(replies: Sequence[Reply], *statuses: int | tuple[int, ...]) -> None:
    """Claim the status of each answer (one for all, or one each); the first other one is to blame.

    A tuple of statuses, such as `CREATED`, is any one of them.
    """
    wanted = statuses * len(each_of(replies)) if len(statuses) == 1 else statuses
    for reply, status in zip(replies, wanted, strict=True):
        reply.claim()
        allowed = status if isinstance(status, tuple) else (status,)
        if reply.status not in allowed:
            told = " or ".join(str(each) for each in allowed)
            raise EngineBreachError(f"{reply!r}, where {told} must be the answer")


async def asked_until(
    ask: Callable[[], Awaitable[Reply]], wanted: Callable[[Reply], bool], *, within: float
) -> list[Reply]:
    """Ask again and again until an answer is a wanted one or time is up; return all the answers.

    Where two in a row tell that there is no such route, none that is wanted will come.
    """
    deadline = time.monotonic() + within
    replies = [await ask()]
    while not wanted(replies[-1]) and time.monotonic() < deadline and not _in_vain(replies):
        await asyncio.sleep(ASK_AGAIN_AFTER)
        replies.append(await ask())
    return replies


def _in_vain(replies: list[Reply]) -> bool:
    return len(replies) > 1 and all(map(_nowhere, replies[-2:]))


def _nowhere(reply: Reply) -> bool:
    """Tell whether an answer says that the engine has no such route (of an id, 404 says less)."""
    unknown = reply.raw.status == NOT_FOUND and "{" not in reply.raw.operation
    return unknown or reply.raw.status in NO_SUCH_METHOD


__all__ = [
    "ABSENT",
    "ACCOUNTS",
    "ALTERED",
    "BAD_TOKEN_FAMILIES",
    "CANONICAL",
    "CONFIG",
    "CREATED",
    "DECISION",
    "EVALUATE",
    "GENERATE",
    "IDS",
    "MARKS",
    "NOTHING",
    "NOTIFY",
    "RECEIVE",
    "RECENT_SIGNALS",
    "SCOPES",
    "SEMVER",
    "STANDARDS",
    "TENANTS",
    "TEST_AGENTS",
    "TOKENS",
    "VERIFY",
    "WITH_OFFSET",
    "Alerting",
    "AuditLog",
    "Bounds",
    "Decision",
    "Dependency",
    "EngineClient",
    "EngineLog",
    "Eris",
    "Given",
    "Governance",
    "HungUpError",
    "Iam",
    "Items",
    "Json",
    "Llm",
    "Mark",
    "MismatchError",
    "Names",
    "Object",
    "Otlp",
    "People",
    "Persona",
    "Policy",
    "Receipt",
    "Reply",
    "Route",
    "Running",
    "Storage",
    "StoredData",
    "Trial",
    "Trials",
    "Ubi",
    "World",
    "a_context",
    "a_decide_request",
    "a_mentor",
    "a_mirror",
    "a_multiplier",
    "a_playbook",
    "a_rationale",
    "a_signal",
    "all_at_once",
    "an_experiment",
    "an_outcome",
    "asked_until",
    "chain_problems",
    "each_answered",
    "each_of",
    "eventually",
    "flat",
    "guessed",
    "metric_names",
    "metrics_of",
    "moment",
    "not_exercised",
    "own_world",
    "parametrize",
    "requirement",
    "routes",
    "samples",
    "spelled_out",
    "starts_again",
    "told_by_one_process",
    "with_audit_log_nowhere",
    "with_body",
    "with_pem",
    "without_key",
]
