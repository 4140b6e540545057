"""Reading the store: one receipt, its proof, its relations, a search, a stretch of a chain.

Rule: nothing here changes what is stored, and every read is noted: who read what, when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.eris.canonical import Canonical
from fakes.eris.ranges import verify_range
from fakes.eris.relations import related
from fakes.eris.search import Page, page, search
from fakes.http.answer import Answer, json_answer
from fakes.records import Kept, MetaReceipt
from fakes.shape.clock import rfc3339
from fakes.shape.errors import RefusedError
from fakes.shape.identity import bearer
from fakes.shape.redaction import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fakes.eris.signatures import KeyBook
    from fakes.eris.store import ReceiptStore
    from fakes.shape.call import Call, Handler

_ONE = "/v1/evidence/receipts/{receipt_id}"
_DEFAULT_DEPTH = 10


class Reading:
    """The routes that read, and the notes that they leave."""

    def __init__(self, store: ReceiptStore, keys: KeyBook) -> None:
        self._store = store
        self._keys = keys
        self._reads: list[MetaReceipt] = []

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            f"GET {_ONE}": self._get,
            f"GET {_ONE}/verify": self._verify,
            f"GET {_ONE}/chain": self._chain,
            "POST /v1/evidence/search": self._search,
            "POST /v1/evidence/verify_range": self._verify_range,
        }

    def noted(self, tenant_id: str | None) -> tuple[MetaReceipt, ...]:
        """Return who read what of a tenant, or of anybody."""
        return tuple(read for read in self._reads if tenant_id in (None, read.tenant_id))

    def forget(self, tenant_id: str) -> None:
        """Forget the notes on a tenant."""
        self._reads = [read for read in self._reads if read.tenant_id != tenant_id]

    def clear(self) -> None:
        """Forget all notes."""
        self._reads.clear()

    def _get(self, call: Call) -> Answer:
        kept = self._known(call)
        self._note(call, [kept])
        return json_answer(200, kept)

    def _verify(self, call: Call) -> Answer:
        kept = self._known(call)
        self._note(call, [kept])
        signed = kept.meta.signature_verification_status == "verified"
        valid = signed and self._keys.still_fits(kept.receipt)
        verification = {
            "hash_valid": Canonical.of(kept.receipt).digest == kept.meta.hash,
            "signature_valid": valid,
            "signature_verification_status": "verified" if valid else "failed" if signed else "not_present",
        }
        return json_answer(200, verification)

    def _chain(self, call: Call) -> Answer:
        query = call.query
        depth = int(float(query.get("max_depth", _DEFAULT_DEPTH)))
        found = related(self._store, self._known(call), query.get("direction", "both"), depth)
        limit = int(float(query["limit"])) if "limit" in query else None
        return self._paged(call, page(found, query.get("cursor"), limit))

    def _search(self, call: Call) -> Answer:
        found = search(self._store.of_tenant(call.body["tenant_id"]), call.body)
        return self._paged(call, page(found, call.body.get("cursor"), call.body.get("limit")))

    def _paged(self, call: Call, read: Page) -> Answer:
        self._note(call, read.receipts)
        receipts = [kept.receipt for kept in read.receipts]
        return json_answer(200, {"receipts": receipts, "next_cursor": read.next_cursor})

    def _verify_range(self, call: Call) -> Answer:
        chain = self._store.chain(call.body["chain_id"])
        if not any(kept.receipt["tenant_id"] == call.body["tenant_id"] for kept in chain):
            raise RefusedError(404, "this tenant has no such chain")
        self._note(call, chain)
        return json_answer(200, verify_range(chain, call.body))

    def _known(self, call: Call) -> Kept:
        kept = self._store.get(call.params["receipt_id"])
        if kept is None:
            raise RefusedError(404, "there is no such receipt")
        return kept

    def _note(self, call: Call, found: Iterable[Kept]) -> None:
        receipts = [kept.receipt for kept in found]
        token = bearer(call.request.headers.get("authorization"))
        tenant = call.member("tenant_id") or (receipts[0]["tenant_id"] if receipts else None)
        ids = tuple(receipt["receipt_id"] for receipt in receipts)
        reader = fingerprint(token) if token else "anonymous"
        self._reads.append(MetaReceipt(reader, call.operation or "", tenant, ids, rfc3339(call.at)))
