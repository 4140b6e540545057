"""Exports: begun, watched while they proceed, downloaded once they are completed.

Rules: nothing here waits: an export takes one step of its plan each time it is looked at. It holds what was
stored when it was begun. What follows what is a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from fakes.eris.export_files import File, make_file
from fakes.eris.search import filters
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.eris.store import Deposit, ReceiptStore

ExportStatus = Literal["pending", "processing", "completed", "failed"]
PLAN: tuple[ExportStatus, ...] = ("pending", "processing", "completed")
FOLLOWS: Mapping[ExportStatus, frozenset[ExportStatus]] = {
    "pending": frozenset({"pending", "processing", "completed", "failed"}),
    "processing": frozenset({"processing", "completed", "failed"}),
    "completed": frozenset(),
    "failed": frozenset(),
}


def is_plan(statuses: Sequence[ExportStatus]) -> bool:
    """Say whether an export may go through these, one after the other."""
    return bool(statuses) and all(after in FOLLOWS[before] for before, after in pairwise(statuses))


@dataclass(slots=True)
class Export:
    """One export; `until` is the number of the last receipt that was stored when it was begun."""

    id: str
    order: dict[str, Any]
    until: int
    plan: tuple[ExportStatus, ...]
    step: int = 0
    file: File | None = None

    @property
    def status(self) -> ExportStatus:
        """Return how far it is."""
        return self.plan[self.step]

    @property
    def tenant_id(self) -> str:
        """Return whose receipts it holds."""
        return str(self.order["tenant_id"])

    def advance(self) -> None:
        """Take the next step of the plan, if there is one."""
        self.step = min(self.step + 1, len(self.plan) - 1)


class Exports:
    """The exports that were begun."""

    def __init__(self, store: ReceiptStore) -> None:
        self._store = store
        self._begun: dict[str, Export] = {}
        self._plans: dict[str, tuple[ExportStatus, ...]] = {}

    def plan(self, tenant_id: str, statuses: tuple[ExportStatus, ...]) -> None:
        """Say what a tenant's exports that are begun from now on go through."""
        self._plans[tenant_id] = statuses

    def begin(self, order: dict[str, Any]) -> Export:
        """Begin one."""
        plan = self._plans.get(order["tenant_id"], PLAN)
        made = Export(str(uuid4()), order, self._store.count, plan)
        self._begun[made.id] = made
        return made

    def find(self, export_id: str) -> Export | None:
        """Return one by its id."""
        return self._begun.get(export_id)

    def known(self, export_id: str) -> Export:
        """Return one by its id; refused where there is none."""
        found = self.find(export_id)
        if found is None:
            raise RefusedError(404, "there is no such export")
        return found

    def file_of(self, export: Export) -> File:
        """Return what a completed export holds; it is made once."""
        if export.status != "completed":
            raise RefusedError(404, f"nothing to download: the export is {export.status}")
        if export.file is None:
            form, compression = export.order["format"], export.order.get("compression", "none")
            export.file = make_file(self.held(export), form=form, compression=compression)
        return export.file

    def held(self, export: Export) -> list[Deposit]:
        """Return the receipts that an export holds."""
        times: dict[str, Any] = {name: export.order[name] for name in ("from", "to") if name in export.order}
        fits = filters(times)
        stored = self._store.of_tenant(export.tenant_id)
        return [one for one in stored if one.number <= export.until and all(fit(one) for fit in fits)]

    def forget(self, tenant_id: str) -> None:
        """Forget a tenant's exports and plan."""
        self._plans.pop(tenant_id, None)
        self._begun = {name: one for name, one in self._begun.items() if one.tenant_id != tenant_id}

    def clear(self) -> None:
        """Forget all exports and plans."""
        self._begun.clear()
        self._plans.clear()
