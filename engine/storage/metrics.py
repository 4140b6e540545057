"""Counts of a tenant's decisions, actions and outcomes. Rule: never by actor, and all of one instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Select, Table, func, literal, select, union_all

from engine.storage.schema import ACTIONS, DECISIONS, OUTCOMES

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, CompoundSelect
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.period import Period


@dataclass(slots=True)
class Counts:
    """How many there were; of actions and outcomes, by the words that occurred."""

    decisions: int = 0
    actions: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)


async def count(connection: AsyncConnection, tenant_id: str, period: Period) -> Counts:
    """Count what is kept of a tenant for a period."""
    counts = Counts()
    by_word = {ACTIONS.name: counts.actions, OUTCOMES.name: counts.outcomes}
    for what, word, number in await connection.execute(counting(tenant_id, period)):
        if what == DECISIONS.name:
            counts.decisions = number
        else:
            by_word[what][word] = number
    return counts


def counting(tenant_id: str, period: Period) -> CompoundSelect[str, str, int]:
    """Select every count in one statement, so that all are of one instant."""
    return union_all(
        _counted(DECISIONS, literal(""), tenant_id, period),
        _counted(ACTIONS, ACTIONS.c.type, tenant_id, period).group_by(ACTIONS.c.type),
        _counted(OUTCOMES, OUTCOMES.c.result, tenant_id, period).group_by(OUTCOMES.c.result),
    )


def _counted(table: Table, word: ColumnElement[str], tenant_id: str, period: Period) -> Select[str, str, int]:
    found = select(literal(table.name), word, func.count()).where(table.c.tenant_id == tenant_id)
    if period.start is not None:
        found = found.where(table.c.created_at >= period.start)
    if period.end is not None:
        found = found.where(table.c.created_at < period.end)
    return found
