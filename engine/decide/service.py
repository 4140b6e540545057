"""One decide, in the order of engine.md 5.3. What comes before (who, may they, is it well-formed) is the edge's."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.decide.answer import answer, is_late, notifications
from engine.decide.evidence import Course, decision_receipt, refusal_receipt
from engine.decide.gather import PolicyUnknownError, gathered
from engine.decide.generate import with_texts
from engine.decide.request import DecideBody, facts_of
from engine.dependencies.errors import UnavailableError
from engine.edge.access import own_tenant
from engine.edge.errors import ApiError, unavailable
from engine.fatigue.quota import Quotas
from engine.observe.logs import log_event
from engine.pipeline.compose import composed
from engine.pipeline.gates import passed
from engine.pipeline.match import matching
from engine.pipeline.rank import ranked
from engine.receipts.entry import receipt_entry
from engine.storage import decisions, outbox
from engine.values.ids import new_id

if TYPE_CHECKING:
    from engine.services import Services
    from engine.storage.outbox import Entry
    from engine.values.action import Action
    from engine.values.caller import Caller
    from engine.values.surroundings import Facts, Surroundings

RECEIPT_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer, and what is to be delivered once it has gone out."""

    body: dict[str, Any]
    afterwards: list[Entry]


async def decide(services: Services, caller: Caller, body: DecideBody, started: float) -> Decided:
    """Make a decision, keep it with its receipt, and answer."""
    own_tenant(caller, body.tenant_id)
    facts = facts_of(caller, body)
    try:
        surroundings = await gathered(services, caller, facts)
    except PolicyUnknownError as unknown:
        raise await _refused(services, facts, str(unknown)) from None
    course = await _course(services, facts, surroundings)
    return await _kept_and_answered(services, facts, surroundings, course, started)


async def _course(services: Services, facts: Facts, surroundings: Surroundings) -> Course:
    """Steps 4 to 10: from playbooks to the actions that are proposed."""
    now = datetime.now(UTC)
    playbooks = ranked(matching(surroundings.playbooks, facts))
    actions = composed(playbooks, facts, surroundings.recent_signals, new_id)
    passage = passed(actions, surroundings, now.hour)
    texts = await with_texts(services.llm, passage.actions, facts)
    lost = surroundings.unavailable | ({"llm"} if not texts.available else set())
    spent, store_lost = await _spent(services, facts, texts.actions, now)
    return Course(
        matched=tuple((playbook.playbook_id, playbook.content.version) for playbook in playbooks),
        composed=len(actions),
        policy_took_all=passage.policy_took_all,
        quiet=passage.quiet,
        generated_left=len(texts.actions),
        actions=spent,
        flags=texts.flags,
        safe=texts.safe,
        unavailable=lost | store_lost,
    )


async def _spent(
    services: Services, facts: Facts, actions: tuple[Action, ...], now: datetime
) -> tuple[tuple[Action, ...], frozenset[str]]:
    """Check and count; without the store nobody knows what was shown, so nothing is."""
    if not actions:
        return (), frozenset()
    try:
        kept = await services.fatigue.spend(facts, actions, Quotas(), int(now.timestamp() * 1000))
    except UnavailableError as lost:
        return (), frozenset((lost.dependency,))
    return kept, frozenset()


async def _kept_and_answered(
    services: Services, facts: Facts, surroundings: Surroundings, course: Course, started: float
) -> Decided:
    """Steps 11 to 13; the notifications of step 14 are kept with the rest and left to the caller."""
    decision_id, receipt_id, now = new_id(), new_id(), datetime.now(UTC)
    snapshot = surroundings.policy.snapshot
    stored = decisions.StoredDecision(
        decision_id=decision_id,
        tenant_id=facts.tenant_id,
        actor_id=facts.actor_id,
        actor_type=facts.actor_type,
        source=facts.source,
        environment=facts.environment,
        repo_id=facts.repo_id,
        receipt_id=receipt_id,
        policy_snapshot_id=snapshot.policy_snapshot_id if snapshot else None,
        degraded=bool(course.unavailable),
        created_at=now,
    )
    signed = decision_receipt(receipt_id, decision_id, now, facts, surroundings, course)
    receipt = receipt_entry(signed, services.key, now)
    alerts = notifications(decision_id, facts, course.actions, now, new_id)
    async with services.database.writing() as connection:
        await decisions.add(connection, stored, course.actions)
        await outbox.add(connection, [receipt, *alerts], now)
    delivery = await _first_delivery(services, receipt)
    seconds = time.perf_counter() - started
    late = is_late(facts, seconds)
    degraded = stored.degraded or delivery in {None, "failed"}
    _observe(services, facts, stored, course.actions, seconds, late=late, degraded=degraded)
    body = answer(
        decision_id,
        facts,
        course.actions,
        created_at=now,
        policy_snapshot_id=stored.policy_snapshot_id,
        degraded=degraded,
        stale=surroundings.policy.stale,
        late=late,
        receipt_status="delivered" if delivery == "delivered" else "pending",
    )
    return Decided(body, alerts)


async def _first_delivery(services: Services, receipt: Entry) -> str | None:
    """Wait for the first attempt, but not for long; it goes on without us."""
    attempt = services.courier.post(receipt)
    done, _ = await asyncio.wait({attempt}, timeout=RECEIPT_SECONDS)
    return attempt.result() if done else None


async def _refused(services: Services, facts: Facts, reason: str) -> ApiError:
    """Keep the receipt of a refusal, and return what to answer."""
    decision_id, now = new_id(), datetime.now(UTC)
    refusal = refusal_receipt(new_id(), decision_id, now, facts, reason)
    entry = receipt_entry(refusal, services.key, now)
    async with services.database.writing() as connection:
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
    log_event("policy_unavailable", reason, tenant_id=facts.tenant_id, decision_id=decision_id)
    return unavailable("POLICY_UNAVAILABLE", "What policy allows cannot be known now.")


def _observe(
    services: Services,
    facts: Facts,
    stored: decisions.StoredDecision,
    actions: tuple[Action, ...],
    seconds: float,
    *,
    late: bool,
    degraded: bool,
) -> None:
    services.metrics.decided(facts, actions, seconds, late=late)
    log_event(
        "decision",
        f"{len(actions)} actions proposed",
        tenant_id=facts.tenant_id,
        decision_id=stored.decision_id,
        actor=services.key.digest(b"mmm-log", f"{len(facts.tenant_id)}:{facts.tenant_id}{facts.actor_id}"),
        degraded_mode=degraded,
        seconds=round(seconds, 6),
    )
