"""Experiments, as admins write them and switch them on and off. The engine itself acts on none."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from engine.administration.change import Change, tell, witness
from engine.edge.errors import conflict, not_found
from engine.storage import experiments
from engine.storage.experiments import Experiment
from engine.values.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.services import Services
    from engine.values.caller import Caller
    from engine.values.words import ExperimentStatus

Switch = Literal["activate", "deactivate"]

# What was never active cannot be deactivated; every other repetition is harmless.
STEPS: dict[tuple[ExperimentStatus, Switch], ExperimentStatus] = {
    ("draft", "activate"): "active",
    ("inactive", "activate"): "active",
    ("active", "activate"): "active",
    ("active", "deactivate"): "inactive",
    ("inactive", "deactivate"): "inactive",
}


class ExperimentAdministration:
    """One admin's hand on the experiments of one tenant."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._caller = caller

    async def create(self, name: str, config: dict[str, Any]) -> Experiment:
        """Keep a new draft."""
        now = datetime.now(UTC)
        made = Experiment(new_id(), self._caller.tenant_id, name, "draft", config, now, now)
        async with self._services.database.writing() as connection:
            await experiments.add(connection, made)
            change = _change("experiment.create", None, made)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
        return made

    async def update(self, experiment_id: str, changes: Mapping[str, Any]) -> Experiment:
        """Let each member that is given take the place of what was."""
        return await self._changed(
            "experiment.update", experiment_id, lambda before: replace(before, **changes)
        )

    async def switch(self, experiment_id: str, switch: Switch) -> Experiment:
        """Activate or deactivate."""
        return await self._changed(
            f"experiment.{switch}", experiment_id, lambda before: after(before, switch)
        )

    async def _changed(
        self, what: str, experiment_id: str, changed: Callable[[Experiment], Experiment]
    ) -> Experiment:
        """Keep what an experiment becomes; where that is what it was, nothing happens."""
        async with self._services.database.writing() as connection:
            before = await self._locked(connection, experiment_id)
            now = datetime.now(UTC)
            made = replace(changed(before), updated_at=now)
            if _content(made) == _content(before):
                return before
            await experiments.put(connection, made)
            change = _change(what, before, made)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
        return made

    async def _locked(self, connection: AsyncConnection, experiment_id: str) -> Experiment:
        found = await experiments.lock(connection, self._caller.tenant_id, experiment_id)
        if found is None:
            raise not_found("There is no such experiment.")
        return found


def after(experiment: Experiment, switch: Switch) -> Experiment:
    """Return the experiment after it is switched, or refuse what its state does not know."""
    status = STEPS.get((experiment.status, switch))
    if status is None:
        raise conflict(f"The experiment is {experiment.status}: it cannot be {switch}d.")
    return replace(experiment, status=status)


def _content(experiment: Experiment) -> tuple[str, str, str]:
    return (experiment.status, experiment.name, experiments.written(experiment.config))


def _change(what: str, before: Experiment | None, made: Experiment) -> Change:
    return Change(what, made.experiment_id, _summary(before), _summary(made))


def _summary(experiment: Experiment | None) -> Mapping[str, Any] | None:
    """Return what identifies a state of an experiment; the digest stands for name and config."""
    if experiment is None:
        return None
    text = "\0".join(_content(experiment)[1:])
    return {
        "experiment_id": experiment.experiment_id,
        "status": experiment.status,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
