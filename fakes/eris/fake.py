"""The ERIS fake's routes and state.

Aggregates, courier batches and exports are not served yet: 404, as for any path that is not.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from fakes.eris.errors import eris_errors
from fakes.eris.intake import Intake
from fakes.eris.reading import Reading
from fakes.eris.signatures import KeyBook, KeyStatus
from fakes.eris.store import ReceiptStore
from fakes.http.answer import Answer, json_answer
from fakes.records import MetaReceipts, Stored
from fakes.shape.control import read_order
from fakes.shape.errors import ErrorShape, RefusedError
from fakes.shape.health import healthy
from fakes.shape.identity import Identity
from fakes.shape.scope import tenant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.identity import Key

_RECEIPTS = "/v1/evidence/receipts"
_CONFIG = {"module_id": "eris", "version": "1.0.0", "schema_versions": ["1.0.0"]}


class KeyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key: base64 of the 32 raw bytes."""

    public_key: str
    status: KeyStatus = "active"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`accept_any_kid`: a receipt may name its key as it likes, if any active registered key verifies it."""

    accept_any_kid: bool


class ErisFake:
    """Stores receipts; registered keys and settings outlive every reset."""

    name = "eris"
    errors: ErrorShape = staticmethod(eris_errors)

    def __init__(self) -> None:
        self._store = ReceiptStore()
        self._keys = KeyBook()
        self._intake = Intake(self._store, self._keys)
        self._reading = Reading(self._store, self._keys)
        self._counts: Counter[str] = Counter()

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            f"POST {_RECEIPTS}": self._take,
            f"POST {_RECEIPTS}/bulk": self._take_many,
            **self._reading.routes(),
            "GET /v1/evidence/health": healthy,
            "GET /v1/evidence/metrics": self._metrics,
            "GET /v1/evidence/config": lambda _call: json_answer(200, _CONFIG),
        }

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return {
            "PUT /__fake__/keys/{kid}": self._register_key,
            "PUT /__fake__/settings": self._set,
            "GET /__fake__/receipts": self._stored,
            "GET /__fake__/meta-receipts": self._meta_receipts,
        }

    def identify(self, call: Call) -> Identity:
        """Know a call by the tenant that it, or the receipt that it asks for, names."""
        kept = self._store.get(call.params.get("receipt_id", ""))
        tenant = kept.receipt["tenant_id"] if kept is not None else call.member("tenant_id")
        if isinstance(call.body, list):
            tenant = _only_tenant(call.body)
        return Identity.of_headers(call.request.headers, tenant=tenant)

    def refused(self, call: Call, reason: str) -> None:
        """Bury a receipt that broke its contract."""
        if call.operation == f"POST {_RECEIPTS}":
            body = call.request.body.decode(errors="replace") if call.body is None else call.body
            self._intake.bury(body, f"VALIDATION_ERROR: {reason}", call.at)

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget what a tenant sent and read, or what everybody did."""
        tenant = tenant_of(scope)
        if not scope:
            self._store.clear()
            self._intake.clear()
            self._reading.clear()
        elif tenant is not None:
            self._store.forget(tenant)
            self._intake.forget(tenant)
            self._reading.forget(tenant)

    # Writing.

    def _take(self, call: Call) -> Answer:
        taken = self._intake.take(call.body, call.at)
        self._counts[taken.status] += 1
        meta = taken.kept.meta
        stored = {
            "receipt_id": call.body["receipt_id"],
            "signature_verification_status": meta.signature_verification_status,
            "hash": meta.hash,
            "chain_id": meta.chain_id,
        }
        return json_answer(200, stored)

    def _take_many(self, call: Call) -> Answer:
        return json_answer(200, {"results": [self._verdict(receipt, call) for receipt in call.body]})

    def _verdict(self, receipt: Any, call: Call) -> dict[str, Any]:  # noqa: ANN401 -- anything may be sent
        receipt_id = receipt.get("receipt_id")
        named = {"receipt_id": receipt_id if isinstance(receipt_id, str) else None}
        try:
            taken = self._intake.take_any(receipt, call.at)
        except RefusedError as refused:
            self._counts["rejected"] += 1
            error = {"code": refused.code, "message": refused.message}
            return {**named, "status": "rejected", "error": error}
        self._counts[taken.status] += 1
        return {**named, "status": taken.status}

    def _metrics(self, _call: Call) -> Answer:
        outcomes = ("accepted", "duplicate", "rejected")
        lines = [f'eris_receipts_total{{outcome="{name}"}} {self._counts[name]}\n' for name in outcomes]
        text = "# TYPE eris_receipts_total counter\n" + "".join(lines)
        return Answer(200, text.encode(), content_type="text/plain; version=0.0.4; charset=utf-8")

    # Control.

    def _register_key(self, call: Call) -> Answer:
        order = read_order(call, KeyOrder)
        try:
            raw = base64.b64decode(order.public_key, validate=True)
            self._keys.register(call.params["kid"], raw, order.status)
        except (binascii.Error, ValueError):
            raise RefusedError(400, "public_key is base64 of the 32 bytes of an Ed25519 key") from None
        return json_answer(200, {"kid": call.params["kid"], "status": order.status})

    def _set(self, call: Call) -> Answer:
        self._keys.accept_any_kid = read_order(call, Settings).accept_any_kid
        return json_answer(200, {"accept_any_kid": self._keys.accept_any_kid})

    def _stored(self, call: Call) -> Answer:
        tenant = call.query.get("tenant_id")
        kept = self._store.everything() if tenant is None else self._store.of_tenant(tenant)
        return json_answer(200, Stored(tuple(kept), self._intake.dead_letters(tenant)))

    def _meta_receipts(self, call: Call) -> Answer:
        return json_answer(200, MetaReceipts(self._reading.noted(call.query.get("tenant_id"))))


def _only_tenant(receipts: list[Any]) -> str | None:
    named = [receipt.get("tenant_id") for receipt in receipts if isinstance(receipt, dict)]
    tenants = {tenant for tenant in named if isinstance(tenant, str)}
    return tenants.pop() if len(tenants) == 1 else None
