"""What a caller may say of an approval."""

from engine.values.wire import Given, Opaque, Wire
from engine.values.words import Verdict


class ApproveBody(Wire):
    """The body of POST /actions/{id}/approve; an actor or tenant that it names must be the caller's own."""

    actor_id: Given[Opaque] = None
    is_first: Given[bool] = None
    verdict: Verdict = "approve"
    tenant_id: Given[Opaque] = None
