"""Writing to the store: one receipt, many, a batch that travelled offline.

Rule: whose a receipt is, is told by the receipt, its repository or the caller's token, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from contracts.violations import Violation
from fakes.eris.errors import RECEIVE, VALIDATION_ERROR, ErisRefusedError
from fakes.eris.twice import has_twins
from fakes.http.answer import Answer, json_answer
from fakes.shape.identity import bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.eris.courier import Batches
    from fakes.eris.intake import Intake
    from fakes.eris.tenants import Tenants
    from fakes.shape.call import Call, Handler

BULK = f"{RECEIVE}/bulk"
COURIER = f"{RECEIVE}/courier-batch"
_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_TWINS = "a member stands in it twice"


class Writing:
    """The routes that write."""

    def __init__(self, intake: Intake, batches: Batches, tenants: Tenants) -> None:
        self._intake = intake
        self._batches = batches
        self._tenants = tenants

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {RECEIVE: self._take, BULK: self._take_many, COURIER: self._apply}

    def refused(self, call: Call, reason: str) -> None:
        """Bury what broke its contract: a receipt, or the receipts of a batch that break theirs."""
        if call.operation == RECEIVE:
            body = call.request.body.decode(errors="replace") if call.body is None else call.body
            self._intake.bury(body, self._tenant(call.body, call), f"VALIDATION_ERROR: {reason}", call.at)
        elif call.operation == COURIER:
            torn = _twins() if self.outside(call) else None
            for receipt in _receipts_in(call.body):
                found = self._intake.outside_schema(receipt) or torn
                if found is not None:
                    tenant = self._tenant(receipt, call) or call.member("tenant_id")
                    self._intake.bury(receipt, tenant, f"{found.code}: {found.message}", call.at)

    def outside(self, call: Call) -> list[Violation]:
        """Return what no schema says: no object in a receipt or a batch has a member twice."""
        if (
            call.malformed
            or call.operation not in (RECEIVE, COURIER)
            or not has_twins(call.request.body, call.body)
        ):
            return []
        return [Violation("body.duplicate", call.operation, "/body", _TWINS)]

    def broken_parts(self, call: Call) -> list[Violation]:
        """Return what is wrong with receipts in bulk, as it is said of a receipt alone."""
        if call.operation != BULK:
            return []
        twins = _twins_in(call)
        found = [Violation("body.duplicate", BULK, f"/body/{index}", _TWINS) for index in sorted(twins)]
        for index, receipt in enumerate(call.body):
            found += self._intake.breaches(receipt, BULK, f"/body/{index}")
        return found

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
        twins = _twins_in(call)
        verdicts = [
            self._verdict(receipt, call, twins=index in twins) for index, receipt in enumerate(call.body)
        ]
        return json_answer(200, {"results": verdicts})

    def _verdict(self, receipt: dict[str, Any], call: Call, *, twins: bool) -> dict[str, Any]:
        receipt_id = receipt.get("receipt_id")
        named = {"receipt_id": receipt_id if isinstance(receipt_id, str) else None}
        try:
            tenant = self._tenant(receipt, call)
            if twins:
                raise self._intake.turned_away(receipt, tenant, _twins(), call.at)
            taken = self._intake.take_any(receipt, tenant, call.at)
        except ErisRefusedError as refused:
            error = {"code": refused.code, "message": refused.message}
            return {**named, "status": "rejected", "error": error}
        return {**named, "status": taken.outcome}

    def _apply(self, call: Call) -> Answer:
        batch = self._batches.apply(call.body, call.at)
        return json_answer(200, batch.result(call.body["batch_id"]))

    def _tenant(self, receipt: object, call: Call) -> str | None:
        return self._tenants.of(receipt, bearer(call.request.headers.get("authorization")))


def _twins_in(call: Call) -> frozenset[int]:
    """Return the places of the receipts in bulk that have a member twice; there are seldom any."""
    if not has_twins(call.request.body, call.body):
        return frozenset()
    texts = zip(_parts(call.request.body), call.body, strict=True)
    return frozenset(index for index, (text, read) in enumerate(texts) if has_twins(bytes(text), read))


def _twins() -> ErisRefusedError:
    return ErisRefusedError(400, _TWINS, code=VALIDATION_ERROR)


def _receipts_in(body: object) -> list[Any]:
    receipts = body.get("receipts") if isinstance(body, dict) else None
    return receipts if isinstance(receipts, list) else []
