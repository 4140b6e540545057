"""One decide, in the order of engine.md 5.3; who asks, and whether well-formed, the edge has settled."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import get_current_span

from engine.decide.answer import answer, is_late
from engine.decide.evidence import Course
from engine.decide.gather import PolicyUnknownError, gathered
from engine.decide.generate import with_texts
from engine.decide.keep import keep_refusal, kept
from engine.decide.request import DecideBody, facts_of
from engine.dependencies.errors import UnavailableError
from engine.edge.access import own_tenant
from engine.edge.errors import unavailable
from engine.observe.logs import log_event
from engine.pipeline.compose import composed
from engine.pipeline.gates import passed
from engine.pipeline.match import matching
from engine.pipeline.rank import ranked
from engine.values.ids import new_id

if TYPE_CHECKING:
    from engine.decide.keep import Kept
    from engine.services import Services
    from engine.storage.outbox import Entry
    from engine.values.action import Action
    from engine.values.caller import Caller
    from engine.values.standing import Quotas
    from engine.values.surroundings import Facts, Surroundings


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer, and what is to be delivered once it has gone out."""

    body: dict[str, Any]
    afterwards: list[Entry]


async def decide(services: Services, caller: Caller, body: DecideBody, started: float) -> Decided:
    """Make a decision, keep it with its receipt, and answer."""
    own_tenant(caller, body.tenant_id)
    facts = facts_of(caller, body)
    try:
        with services.tracing.step("context.build"):
            surroundings = await gathered(services, caller, facts)
    except PolicyUnknownError as unknown:
        await keep_refusal(services, facts, str(unknown))
        raise unavailable("POLICY_UNAVAILABLE", "What policy allows cannot be known now.") from None
    course = await _course(services, facts, surroundings)
    keeping = await kept(services, facts, surroundings, course)
    seconds = time.perf_counter() - started
    late = is_late(facts, seconds)
    _observe(services, facts, keeping, course.actions, seconds, late=late)
    shown = answer(keeping, facts, course.actions, stale=surroundings.policy.stale, late=late)
    return Decided(shown, keeping.alerts)


async def _course(services: Services, facts: Facts, surroundings: Surroundings) -> Course:
    """Take steps 3 to 10: from playbooks to the actions that are proposed.

    Texts are generated once the gates are passed: what policy forbids is not even asked for.
    """
    now = datetime.now(UTC)
    standing = surroundings.standing
    snoozed = standing.preferences.snoozed(now)
    with services.tracing.step("playbook.evaluate") as step:
        playbooks = () if snoozed else ranked(matching(standing.playbooks.upon(facts.event_type), facts))
        actions = composed(playbooks, facts, surroundings.recent_signals, new_id)
        step.set_attributes({"mmm.playbooks": len(playbooks), "mmm.actions": len(actions)})
    with services.tracing.step("policy.gate") as step:
        passage = passed(actions, surroundings, now.hour)
        step.set_attribute("mmm.actions", len(passage.actions))
    with services.tracing.step("llm.safety") as step:
        texts = await with_texts(services.llm, passage.actions, facts)
        step.set_attributes({"mmm.actions": len(texts.actions), "mmm.flags": len(texts.flags)})
    proposed, lost = await _spent(services, facts, texts.actions, standing.tenant_policy.quotas)
    return Course(
        matched=tuple((playbook.playbook_id, playbook.content.version) for playbook in playbooks),
        snoozed=snoozed,
        composed=len(actions),
        policy_took_all=passage.policy_took_all,
        quiet=passage.quiet,
        before_limits=len(texts.actions),
        actions=proposed,
        flags=texts.flags,
        unavailable=surroundings.unavailable | texts.unavailable | lost,
    )


async def _spent(
    services: Services, facts: Facts, actions: tuple[Action, ...], quotas: Quotas
) -> tuple[tuple[Action, ...], frozenset[str]]:
    """Check and count; without the store nobody knows what was shown before, so nothing is shown.

    An action counts from now: a text may have taken seconds.
    """
    if not actions:
        return (), frozenset()
    now = datetime.now(UTC)
    try:
        fitting = await services.fatigue.spend(facts, actions, quotas, int(now.timestamp() * 1000))
    except UnavailableError as lost:
        return (), frozenset((lost.dependency,))
    return fitting, frozenset()


def _observe(
    services: Services,
    facts: Facts,
    keeping: Kept,
    actions: tuple[Action, ...],
    seconds: float,
    *,
    late: bool,
) -> None:
    services.metrics.decided(facts, actions, seconds, late=late)
    get_current_span().set_attributes(
        {
            "mmm.tenant_id": facts.tenant_id,
            "mmm.decision_id": keeping.decision.decision_id,
            "mmm.actor_type": facts.actor_type,
            "mmm.source": facts.source,
            "mmm.actions": len(actions),
            "mmm.degraded_mode": keeping.degraded,
        }
    )
    log_event(
        "decision",
        f"{len(actions)} actions proposed",
        tenant_id=facts.tenant_id,
        decision_id=keeping.decision.decision_id,
        actor=services.key.pseudonym(facts.tenant_id, facts.actor_id),
        degraded_mode=keeping.degraded,
        seconds=round(seconds, 6),
    )
