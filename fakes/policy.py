"""Policy and gold standards: everything is allowed until a script says otherwise."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.shape.errors import ErrorShape, envelope
from fakes.shape.health import healthy
from fakes.shape.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.identity import Key

_VERSION = "1.0.0"


class PolicyFake:
    """Allows; each tenant has a snapshot of its own, always the same."""

    name = "policy"
    errors: ErrorShape = staticmethod(envelope)

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            "POST /v1/policy/tenants/{tenant_id}/evaluate": _evaluate,
            "GET /v1/standards": _standards,
            "GET /health": healthy,
        }

    def identify(self, call: Call) -> Identity:
        """Know a call by the tenant in its path or query."""
        tenant = call.params.get("tenant_id") or call.query.get("tenant_id")
        return Identity.of_headers(call.request.headers, tenant=tenant)

    def reset(self, scope: frozenset[Key]) -> None:
        """Nothing is remembered of anybody."""


def _evaluate(call: Call) -> Answer:
    digest = sha256(call.params["tenant_id"].encode()).hexdigest()
    evaluation = {
        "allowed": True,
        "policy_snapshot_id": f"snapshot-{digest[:16]}",
        "policy_version_ids": [f"policy-{digest[:16]}@{_VERSION}"],
        "restrictions": [],
        "snapshot_hash": f"sha256:{digest}",
    }
    return json_answer(200, evaluation)


def _standards(_call: Call) -> Answer:
    standard = {"standard_id": "mmm-baseline", "version": _VERSION, "allowed": True, "restrictions": []}
    return json_answer(200, {"items": [standard]})
