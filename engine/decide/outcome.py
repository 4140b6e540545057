"""What became of an action: kept with its receipt, which hangs on the decision's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.edge.access import own_actor, own_tenant
from engine.edge.errors import conflict, not_found
from engine.pipeline.risk import risk_of
from engine.receipts.content import Basis, Judgement, Risk, Scene, Subject, receipt
from engine.receipts.entry import receipt_entry
from engine.storage import decisions, outbox, outcomes
from engine.values.ids import new_id
from engine.values.words import FINAL_RESULTS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.decide.outcome_body import OutcomeBody
    from engine.services import Services
    from engine.storage.decisions import StoredDecision
    from engine.storage.outcomes import Outcome
    from engine.values.caller import Caller
    from engine.values.words import ActionType


async def accept(services: Services, caller: Caller, decision_id: str, body: OutcomeBody) -> Outcome:
    """Keep an outcome; a final one stands."""
    own_tenant(caller, body.tenant_id)
    actor_id = own_actor(caller, body.actor_id)
    now = datetime.now(UTC)
    outcome = outcomes.Outcome(
        new_id(), decision_id, body.action_id, caller.tenant_id, actor_id, body.result, body.reason, now
    )
    async with services.database.writing() as connection:
        decision = await _decision(connection, outcome)
        action_type = await _action_type(connection, outcome)
        await _not_contradicting(connection, outcome)
        entry = receipt_entry(_receipt(outcome, decision, action_type), services.key, now)
        await outcomes.add(connection, outcome)
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
    services.metrics.outcome_posted(outcome.result)
    return outcome


async def _decision(connection: AsyncConnection, outcome: Outcome) -> StoredDecision:
    decision = await decisions.find(connection, outcome.tenant_id, outcome.decision_id)
    if decision is None:
        raise not_found("There is no such decision.")
    return decision


async def _action_type(connection: AsyncConnection, outcome: Outcome) -> ActionType:
    found = await decisions.lock_action(connection, outcome.decision_id, outcome.action_id)
    if found is None:
        raise not_found("The decision has no such action.")
    return found


async def _not_contradicting(connection: AsyncConnection, outcome: Outcome) -> None:
    if outcome.result not in FINAL_RESULTS:
        return
    ended = await outcomes.final_result(connection, outcome.action_id)
    if ended is not None and ended != outcome.result:
        raise conflict(f"The action has already ended: {ended}.")


def _receipt(outcome: Outcome, decision: StoredDecision, action_type: ActionType) -> dict[str, Any]:
    ids = {
        "decision_id": outcome.decision_id,
        "action_id": outcome.action_id,
        "outcome_id": outcome.outcome_id,
    }
    return receipt(
        new_id(),
        outcome.created_at,
        subject=Subject("outcome", ids),
        scene=Scene(
            outcome.tenant_id, decision.actor_type, decision.source, decision.environment, decision.repo_id
        ),
        basis=Basis(decision.policy_snapshot_id),
        judgement=Judgement("pass", f"The action was {outcome.result}"),
        result={"outcome": outcome.result},
        risk=Risk(risk_of((action_type,))),
        parent_receipt_id=decision.receipt_id,
    )
