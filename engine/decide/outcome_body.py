"""What a caller may say of an outcome."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from engine.values.wire import CanonicalUuid, Given, Opaque, Wire
from engine.values.words import NEEDS_REASON, OutcomeResult


class OutcomeBody(Wire):
    """The body of POST /decisions/{id}/outcomes; a tenant that it names must be the caller's."""

    action_id: CanonicalUuid
    result: OutcomeResult
    reason: Given[str] = None
    actor_id: Given[Opaque] = None
    tenant_id: Given[Opaque] = None

    @model_validator(mode="after")
    def _with_reason(self) -> Self:
        if self.result in NEEDS_REASON and self.reason is None:
            raise PydanticCustomError("reason_required", "a reason is required", {"field": "reason"})
        return self
