"""Experiments of a tenant."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from engine.storage.schema import EXPERIMENTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.words import ExperimentStatus


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment; `config` is whatever JSON object an admin wrote."""

    experiment_id: str
    tenant_id: str
    name: str
    status: ExperimentStatus
    config: dict[str, Any]
    created_at: datetime
    updated_at: datetime


def written(config: dict[str, Any]) -> str:
    """Return the one text of a config: equal texts are equal configs, and 1 is not true."""
    return json.dumps(config, sort_keys=True, allow_nan=False, separators=(",", ":"))


async def page(
    connection: AsyncConnection,
    tenant_id: str,
    status: ExperimentStatus | None,
    *,
    limit: int,
    offset: int,
) -> list[Experiment]:
    """Return some of a tenant's experiments, oldest first."""
    own = EXPERIMENTS.c.tenant_id == tenant_id
    wanted = and_(own, EXPERIMENTS.c.status == status) if status else own
    order = (EXPERIMENTS.c.created_at, EXPERIMENTS.c.experiment_id)
    wanted_page = select(EXPERIMENTS).where(wanted).order_by(*order).limit(limit).offset(offset)
    found = await connection.execute(wanted_page)
    return [_experiment(row) for row in found]


async def lock(connection: AsyncConnection, tenant_id: str, experiment_id: str) -> Experiment | None:
    """Return a tenant's experiment, which nobody else changes until the transaction ends."""
    wanted = select(EXPERIMENTS).where(
        EXPERIMENTS.c.experiment_id == experiment_id, EXPERIMENTS.c.tenant_id == tenant_id
    )
    row = (await connection.execute(wanted.with_for_update())).one_or_none()
    return _experiment(row) if row else None


async def add(connection: AsyncConnection, experiment: Experiment) -> None:
    """Keep a new experiment."""
    await connection.execute(insert(EXPERIMENTS).values(_row(experiment)))


async def put(connection: AsyncConnection, experiment: Experiment) -> None:
    """Keep an experiment's new state."""
    same = EXPERIMENTS.c.experiment_id == experiment.experiment_id
    await connection.execute(update(EXPERIMENTS).where(same).values(_row(experiment)))


def _row(experiment: Experiment) -> dict[str, Any]:
    return {**asdict(experiment), "config": written(experiment.config)}


def _experiment(row: Row[Any]) -> Experiment:
    return Experiment(
        experiment_id=row.experiment_id,
        tenant_id=row.tenant_id,
        name=row.name,
        status=row.status,
        config=json.loads(row.config),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
