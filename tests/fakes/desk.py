"""An ERIS without sockets, asked as over HTTP: for tests that ask a thousand times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.eris import ErisFake
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.shape.stage import Stage
from tests.fakes.recompute import canonical, merkle_root

if TYPE_CHECKING:
    from collections.abc import Sequence

RECEIPTS = "/v1/evidence/receipts"


class Desk:
    def __init__(self) -> None:
        self._stage = Stage(ErisFake())

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 -- any JSON value
        host: str = "eris:1",
    ) -> tuple[int, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        headers = {"content-type": "application/json", "host": host}
        answer = self._stage.handle(Request(method, path, query, headers, content))
        assert isinstance(answer, Answer)
        return answer.status, json.loads(answer.body)

    def kept(self, tenant_id: str) -> list[dict[str, Any]]:
        """All that a tenant has, by search and by what is said of each."""
        found, asked = [], {"tenant_id": tenant_id, "limit": 7}
        while True:
            _, page = self.ask("POST", "/v1/evidence/search", asked)
            found += page["receipts"]
            if page["next_cursor"] is None:
                break
            asked["cursor"] = page["next_cursor"]
        return [self.ask("GET", f"{RECEIPTS}/{receipt['receipt_id']}")[1] for receipt in found]


def batch(receipts: Sequence[dict[str, Any]], batch_id: str = "batch-1", **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
    whole = {
        "batch_id": batch_id,
        "tenant_id": "tenant-1",
        "emitter_service": "mmm-engine",
        "sequence_numbers": list(range(len(receipts))),
        "merkle_root": merkle_root([canonical(receipt) for receipt in receipts]).hex(),
        "receipts": list(receipts),
        "timestamp": "2026-01-02T03:04:05Z",
    }
    return {**whole, **members}
