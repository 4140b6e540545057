"""5.3.11 and 5.3.12: the decision, its actions, approvals, receipt and notifications, in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.decide.answer import notifications
from engine.decide.evidence import decision_receipt, refusal_receipt
from engine.observe.logs import log_event
from engine.receipts.entry import receipt_entry
from engine.storage import approvals, decisions, outbox
from engine.storage.decisions import StoredDecision
from engine.values.ids import new_id

if TYPE_CHECKING:
    from engine.decide.evidence import Course
    from engine.services import Services
    from engine.storage.outbox import Entry
    from engine.values.surroundings import Facts, Surroundings

RECEIPT_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept. `delivery` is how the receipt's first attempt went; None: nobody knows yet."""

    decision: StoredDecision
    alerts: list[Entry]
    delivery: str | None

    @property
    def degraded(self) -> bool:
        """Say whether anything was unavailable, ERIS included."""
        return self.decision.degraded or self.delivery in {None, "failed", "held"}


async def kept(services: Services, facts: Facts, surroundings: Surroundings, course: Course) -> Kept:
    """Keep all of a decision, or nothing; then try to deliver its receipt."""
    now = datetime.now(UTC)
    decision = _decision(facts, surroundings, course, now)
    receipt = receipt_entry(decision_receipt(decision, facts, surroundings, course), services.key, now)
    alerts = notifications(decision.decision_id, facts, course.actions, now)
    async with services.together.writing() as connection:
        await decisions.add(connection, decision, course.actions)
        await approvals.begin(connection, decision, course.actions)
        await outbox.add(connection, [receipt], now)
        await outbox.add(connection, alerts, now, outbox.ANSWER_LEASE)
    return Kept(decision, alerts, await deliver_first(services, receipt))


async def keep_refusal(services: Services, facts: Facts, reason: str) -> None:
    """Keep the receipt of a decision that could not be made."""
    decision_id, now = new_id(), datetime.now(UTC)
    receipt = refusal_receipt(new_id(), decision_id, now, facts, reason=reason)
    entry = receipt_entry(receipt, services.key, now)
    async with services.database.writing() as connection:
        await outbox.add(connection, [entry], now)
    with services.tracing.step("eris.receipt") as step:
        services.courier.post(entry)
        step.set_attribute("mmm.result", "pending")
    log_event("policy_unavailable", reason, tenant_id=facts.tenant_id, decision_id=decision_id)


def _decision(facts: Facts, surroundings: Surroundings, course: Course, now: datetime) -> StoredDecision:
    snapshot = surroundings.policy.snapshot
    return StoredDecision(
        decision_id=new_id(),
        tenant_id=facts.tenant_id,
        actor_id=facts.actor_id,
        actor_type=facts.actor_type,
        source=facts.source,
        environment=facts.environment,
        repo_id=facts.repo_id,
        receipt_id=new_id(),
        policy_snapshot_id=snapshot.policy_snapshot_id if snapshot else None,
        degraded=bool(course.unavailable),
        created_at=now,
    )


async def deliver_first(services: Services, receipt: Entry) -> str | None:
    """Wait for the first attempt, but not for long; it goes on without us."""
    with services.tracing.step("eris.receipt") as step:
        attempt = services.courier.post(receipt)
        done, _ = await asyncio.wait({attempt}, timeout=RECEIPT_SECONDS)
        result = attempt.result() if done else None
        step.set_attribute("mmm.result", result or "pending")
    return result
