"""Writing to the store: one receipt, many, a batch that travelled offline.

Rule: whose a receipt is, is told by the receipt, its repository or the caller's token, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.eris.errors import RECEIVE, ErisRefusedError
from fakes.http.answer import Answer, json_answer
from fakes.shape.identity import bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.eris.courier import Batches
    from fakes.eris.intake import Intake
    from fakes.eris.tenants import Tenants
    from fakes.shape.call import Call, Handler

COURIER = f"{RECEIVE}/courier-batch"


class Writing:
    """The routes that write."""

    def __init__(self, intake: Intake, batches: Batches, tenants: Tenants) -> None:
        self._intake = intake
        self._batches = batches
        self._tenants = tenants

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {RECEIVE: self._take, f"{RECEIVE}/bulk": self._take_many, COURIER: self._apply}

    def refused(self, call: Call, reason: str) -> None:
        """Bury what broke its contract: a receipt, or the receipts of a batch that break theirs."""
        if call.operation == RECEIVE:
            body = call.request.body.decode(errors="replace") if call.body is None else call.body
            self._intake.bury(body, self._tenant(call.body, call), f"VALIDATION_ERROR: {reason}", call.at)
        elif call.operation == COURIER:
            for receipt in _receipts_in(call.body):
                found = self._intake.outside_schema(receipt)
                if found is not None:
                    tenant = self._tenant(receipt, call) or call.member("tenant_id")
                    self._intake.bury(receipt, tenant, f"{found.code}: {found.message}", call.at)

    def _take(self, call: Call) -> Answer:
        deposit = self._intake.take(call.body, self._tenant(call.body, call), call.at).deposit
        stored = {
            "receipt_id": deposit.receipt_id,
            "signature_verification_status": deposit.status,
            "hash": deposit.digest.hex(),
            "chain_id": deposit.chain_id,
        }
        return json_answer(200, stored)

    def _take_many(self, call: Call) -> Answer:
        return json_answer(200, {"results": [self._verdict(receipt, call) for receipt in call.body]})

    def _verdict(self, receipt: dict[str, Any], call: Call) -> dict[str, Any]:
        receipt_id = receipt.get("receipt_id")
        named = {"receipt_id": receipt_id if isinstance(receipt_id, str) else None}
        try:
            taken = self._intake.take_any(receipt, self._tenant(receipt, call), call.at)
        except ErisRefusedError as refused:
            error = {"code": refused.code, "message": refused.message}
            return {**named, "status": "rejected", "error": error}
        return {**named, "status": taken.outcome}

    def _apply(self, call: Call) -> Answer:
        batch = self._batches.apply(call.body, call.at)
        return json_answer(200, batch.result(call.body["batch_id"]))

    def _tenant(self, receipt: object, call: Call) -> str | None:
        return self._tenants.of(receipt, bearer(call.request.headers.get("authorization")))


def _receipts_in(body: object) -> list[Any]:
    receipts = body.get("receipts") if isinstance(body, dict) else None
    return receipts if isinstance(receipts, list) else []
