"""Reading the store: a receipt and its relations, a search, counts, a stretch of a chain, proofs, exports.

Rule: nothing here changes what is stored, and every read is noted: who read what, when.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fakes.eris.aggregate import aggregate
from fakes.eris.canonical import Canonical
from fakes.eris.ranges import stretch_of, verify_range
from fakes.eris.relations import related
from fakes.eris.search import filters, page, position
from fakes.eris.store import Shown
from fakes.eris.tenants import tenant_of_token
from fakes.http.answer import Answer, json_answer
from fakes.shape.errors import RefusedError
from fakes.shape.identity import bearer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import msgspec

    from fakes.eris.courier import Batches
    from fakes.eris.exports import Export, Exports
    from fakes.eris.notes import Notes
    from fakes.eris.search import Page
    from fakes.eris.signatures import KeyBook
    from fakes.eris.store import Deposit, ReceiptStore
    from fakes.shape.call import Call, Handler

_ONE = "/v1/evidence/receipts/{receipt_id}"
_EXPORT = "/v1/evidence/export"
_DEFAULT_DEPTH = 10
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


class Reading:
    """The routes that read, and the notes that they leave."""

    def __init__(
        self, store: ReceiptStore, keys: KeyBook, batches: Batches, exports: Exports, notes: Notes
    ) -> None:
        self._store = store
        self._keys = keys
        self._batches = batches
        self._exports = exports
        self._notes = notes

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            f"GET {_ONE}": self._get,
            f"GET {_ONE}/verify": self._verify,
            f"GET {_ONE}/chain": self._chain,
            "POST /v1/evidence/search": self._search,
            "POST /v1/evidence/aggregate": self._aggregate,
            "POST /v1/evidence/verify_range": self._verify_range,
            "GET /v1/evidence/courier-batches/{batch_id}/merkle-proof": self._proof,
            f"POST {_EXPORT}": self._begin_export,
            f"GET {_EXPORT}/{{export_id}}": self._watch_export,
            f"GET {_EXPORT}/{{export_id}}/download": self._download,
        }

    # One receipt and what hangs together with it.

    def _get(self, call: Call) -> Answer:
        deposit = self._known(call)
        self._notes.note(call, deposit.tenant_id, [deposit])
        return json_answer(200, Shown.of(deposit))

    def _verify(self, call: Call) -> Answer:
        deposit = self._known(call)
        self._notes.note(call, deposit.tenant_id, [deposit])
        receipt = deposit.receipt()
        signed = deposit.status == "verified"
        valid = signed and self._keys.still_fits(receipt)
        verification = {
            "hash_valid": Canonical(receipt).digest == deposit.digest,
            "signature_valid": valid,
            "signature_verification_status": "verified" if valid else "failed" if signed else "not_present",
        }
        return json_answer(200, verification)

    def _chain(self, call: Call) -> Answer:
        start, query = self._known(call), call.query
        depth = int(float(query.get("max_depth", _DEFAULT_DEPTH)))
        found = related(self._store, start, query.get("direction", "both"), depth)
        after = position(query.get("cursor"))
        limit = float(query["limit"]) if "limit" in query else None
        return self._paged(call, start.tenant_id, page((d for d in found if d.number > after), limit))

    # A tenant's receipts.

    def _search(self, call: Call) -> Answer:
        found = self._fitting(call.body, after=position(call.body.get("cursor")))
        return self._paged(call, call.body["tenant_id"], page(found, call.body.get("limit")))

    def _aggregate(self, call: Call) -> Answer:
        asked = {name: call.body[name] for name in ("tenant_id", "from", "to") if name in call.body}
        found = list(self._fitting(asked))
        self._notes.note(call, asked["tenant_id"], found)
        return json_answer(200, {"groups": aggregate(found, call.body["group_by"])})

    def _verify_range(self, call: Call) -> Answer:
        chain, tenant_id = self._store.chain(call.body["chain_id"]), call.body["tenant_id"]
        if not any(link.tenant_id == tenant_id for link in chain.links):
            raise RefusedError(404, "this tenant has no such chain")
        stretch = stretch_of(chain, call.body)
        self._notes.note(call, tenant_id, stretch)
        return json_answer(200, verify_range(chain, stretch, call.body))

    def _fitting(self, asked: Mapping[str, Any], after: int = 0) -> Iterator[Deposit]:
        fits = filters(asked)
        stored = self._store.of_tenant(asked["tenant_id"], after)
        return (deposit for deposit in stored if all(fit(deposit) for fit in fits))

    def _paged(self, call: Call, tenant_id: str, read: Page) -> Answer:
        self._notes.note(call, tenant_id, read.deposits)
        return json_answer(200, {"receipts": _receipts(read.deposits), "next_cursor": read.next_cursor})

    # Batches and exports.

    def _proof(self, call: Call) -> Answer:
        token = bearer(call.request.headers.get("authorization"))
        batch = self._batches.find(call.params["batch_id"], tenant_of_token(token))
        held = [self._store.get(receipt_id) for receipt_id in batch.receipt_ids]
        self._notes.note(call, batch.tenant_id, [deposit for deposit in held if deposit is not None])
        return json_answer(200, batch.proof())

    def _begin_export(self, call: Call) -> Answer:
        export = self._exports.begin(call.body)
        return json_answer(202, self._state(call, export))

    def _watch_export(self, call: Call) -> Answer:
        export = self._exports.known(call.params["export_id"])
        export.advance()
        self._notes.note(call, export.tenant_id)
        return json_answer(200, self._state(call, export))

    def _download(self, call: Call) -> Answer:
        export = self._exports.known(call.params["export_id"])
        file = self._exports.file_of(export)
        self._notes.note(call, export.tenant_id, self._exports.held(export))
        saved_as = (("Content-Disposition", f'attachment; filename="{file.name}"'),)
        return Answer(200, file.content, saved_as, file.media_type)

    def _state(self, call: Call, export: Export) -> dict[str, Any]:
        state: dict[str, Any] = {"export_id": export.id, "status": export.status}
        if export.status != "completed":
            return state
        file = self._exports.file_of(export)
        return state | {
            "receipt_count": file.count,
            "format": export.order["format"],
            "compression": export.order.get("compression", "none"),
            "sha256": file.sha256,
            "download_url": f"{_origin(call)}{_EXPORT}/{export.id}/download",
        }

    def _known(self, call: Call) -> Deposit:
        deposit = self._store.get(call.params["receipt_id"])
        if deposit is None:
            raise RefusedError(404, "there is no such receipt")
        return deposit


def _receipts(deposits: Iterable[Deposit]) -> list[msgspec.Raw]:
    return [Shown.of(deposit).receipt for deposit in deposits]


def _origin(call: Call) -> str:
    """Return the address by which the caller came, as far as it says; else nothing: a relative URL."""
    host = call.request.headers.get("host", "")
    return f"http://{host}" if _HOST.fullmatch(host) else ""
