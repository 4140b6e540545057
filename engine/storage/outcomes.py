"""Outcomes of actions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from engine.storage.schema import OUTCOMES
from engine.values.words import FINAL_RESULTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.words import OutcomeResult


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action."""

    outcome_id: str
    decision_id: str
    action_id: str
    tenant_id: str
    actor_id: str
    result: OutcomeResult
    reason: str | None
    created_at: datetime


async def add(connection: AsyncConnection, outcome: Outcome) -> None:
    """Keep an outcome."""
    await connection.execute(insert(OUTCOMES).values(asdict(outcome)))


async def final_result(connection: AsyncConnection, action_id: str) -> str | None:
    """Return how the action ended, if it has."""
    ended = select(OUTCOMES.c.result).where(
        OUTCOMES.c.action_id == action_id, OUTCOMES.c.result.in_(sorted(FINAL_RESULTS))
    )
    return (await connection.execute(ended.limit(1))).scalar()
