"""What a caller may say in decide (engine.md 5.1); whatever else it says is dropped here and nowhere kept."""

from typing import Any

from engine.edge.access import own_actor
from engine.values.caller import Caller
from engine.values.surroundings import Facts, Signal
from engine.values.wire import Given, Moment, Opaque, Wire
from engine.values.words import ActorType, Environment, Severity, Source


class ContextBody(Wire):
    """Where the actor works."""

    repo_id: Given[Opaque] = None
    branch: Given[str] = None
    file_path: Given[str] = None
    source: Source = "ide"
    environment: Given[Environment] = None


class SignalBody(Wire):
    """What happened."""

    signal_id: Given[Opaque] = None
    source: Given[str] = None
    event_type: Given[str] = None
    severity: Given[Severity] = None
    occurred_at: Given[Moment] = None
    payload: Given[dict[str, Any]] = None


class DecideBody(Wire):
    """The body of POST /decide."""

    tenant_id: Opaque
    actor_id: Given[Opaque] = None
    actor_type: Given[ActorType] = None
    context: ContextBody = ContextBody()
    signal: Given[SignalBody] = None


class TriggerBody(DecideBody):
    """The body of POST /triggers/evaluate: as in decide, but there must be a signal."""

    signal: SignalBody


def facts_of(caller: Caller, body: DecideBody) -> Facts:
    """Return what the pipeline may know: roles and actor type from the token, nothing wider from the body."""
    context = body.context
    return Facts(
        tenant_id=caller.tenant_id,
        actor_id=own_actor(caller, body.actor_id),
        actor_type=body.actor_type or ("ai_agent" if caller.actor_type == "ai_agent" else "human"),
        claimed_type=caller.actor_type,
        roles=caller.roles,
        source=context.source,
        repo_id=context.repo_id,
        branch=context.branch,
        environment=context.environment,
        signal=_signal(body.signal),
    )


def _signal(given: SignalBody | None) -> Signal | None:
    if given is None:
        return None
    return Signal(given.signal_id, given.source, given.event_type, given.severity)
