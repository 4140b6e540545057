"""The LLM gateway: text that depends on the prompt alone, and a safety verdict of pass until scripted."""

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


class LlmFake:
    """Answers the same prompt with the same text, always; a dry run with none."""

    name = "llm"
    errors: ErrorShape = staticmethod(envelope)

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {"POST /v1/llm/generate": _generate, "GET /health": healthy}

    def identify(self, call: Call) -> Identity:
        """Know a call by tenant and actor."""
        tenant, sub = call.member("tenant_id"), call.member("actor_id")
        return Identity.of_headers(call.request.headers, tenant=tenant, sub=sub)

    def reset(self, scope: frozenset[Key]) -> None:
        """Nothing is remembered of anybody."""


def _generate(call: Call) -> Answer:
    digest = sha256(call.body["prompt"].encode()).hexdigest()
    generated = {
        "response_id": f"response-{digest[:16]}",
        "content": "" if call.body["dry_run"] else f"Generated text {digest[:16]}.",
        "safety": {"status": "pass", "risk_flags": [], "redaction_summary": None},
    }
    return json_answer(200, generated)
