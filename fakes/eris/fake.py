"""The ERIS fake: its parts, whose each call is, and what a reset forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.eris.courier import Batches
from fakes.eris.errors import SCHEMA_VERSION, eris_errors
from fakes.eris.exports import Exports
from fakes.eris.intake import Intake
from fakes.eris.notes import Notes
from fakes.eris.reading import Reading
from fakes.eris.signatures import KeyBook
from fakes.eris.steering import Steering
from fakes.eris.store import ReceiptStore
from fakes.eris.tenants import Tenants
from fakes.eris.writing import Writing
from fakes.http.answer import Answer, json_answer
from fakes.shape.health import healthy
from fakes.shape.identity import Identity, bearer
from fakes.shape.scope import tenant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.violations import Violation
    from fakes.shape.call import Call, Handler
    from fakes.shape.errors import ErrorShape
    from fakes.shape.identity import Key

_CONFIG = {"module_id": "eris", "version": "1.0.0", "schema_versions": [SCHEMA_VERSION]}
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ErisFake:
    """Stores receipts; registered keys, mapped repositories and settings outlive every reset."""

    name = "eris"
    errors: ErrorShape = staticmethod(eris_errors)

    def __init__(self) -> None:
        self._store = ReceiptStore()
        self._tenants = Tenants()
        keys = KeyBook()
        self._intake = Intake(self._store, keys)
        self._batches = Batches(self._intake)
        self._exports = Exports(self._store)
        self._notes = Notes()
        self._writing = Writing(self._intake, self._batches, self._tenants)
        self._reading = Reading(self._store, keys, self._batches, self._exports, self._notes)
        self._steering = Steering(
            store=self._store,
            keys=keys,
            intake=self._intake,
            tenants=self._tenants,
            exports=self._exports,
            notes=self._notes,
        )

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            **self._writing.routes(),
            **self._reading.routes(),
            "GET /v1/evidence/health": healthy,
            "GET /v1/evidence/metrics": self._metrics,
            "GET /v1/evidence/config": lambda _call: json_answer(200, _CONFIG),
        }

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return self._steering.routes()

    def identify(self, call: Call) -> Identity:
        """Know a call by the tenant whose receipts it brings or asks for."""
        return Identity.of_headers(call.request.headers, tenant=self._whose(call))

    def refused(self, call: Call, reason: str) -> None:
        """Bury receipts that broke their contract."""
        self._writing.refused(call, reason)

    def outside(self, call: Call) -> list[Violation]:
        """Return what no schema says of a receipt or a batch."""
        return self._writing.outside(call)

    def broken_parts(self, call: Call) -> list[Violation]:
        """Return what is wrong with receipts that come in bulk."""
        return self._writing.broken_parts(call)

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget what a tenant sent and read, or what everybody did."""
        tenant = tenant_of(scope)
        for part in (self._store, self._intake, self._batches, self._exports, self._notes):
            if not scope:
                part.clear()
            elif tenant is not None:
                part.forget(tenant)

    def _whose(self, call: Call) -> str | None:
        token = bearer(call.request.headers.get("authorization"))
        deposit = self._store.get(call.params.get("receipt_id", ""))
        if deposit is not None:
            return deposit.tenant_id
        export = self._exports.find(call.params.get("export_id", ""))
        if export is not None:
            return export.tenant_id
        tenants: set[str | None] = set(self._batches.tenants_of(call.params.get("batch_id", "")))
        if isinstance(call.body, list):
            tenants = {self._tenants.of(receipt, token) for receipt in call.body} - {None}
        if len(tenants) == 1:
            return tenants.pop()
        return self._tenants.of(call.body, token)

    def _metrics(self, _call: Call) -> Answer:
        outcomes = self._intake.outcomes
        lines = ["# TYPE eris_receipts_total counter\n"]
        lines += [
            f'eris_receipts_total{{outcome="{name}"}} {outcomes[name]}\n'
            for name in ("accepted", "duplicate", "rejected")
        ]
        return Answer(200, "".join(lines).encode(), content_type=_METRICS_TYPE)
