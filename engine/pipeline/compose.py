"""5.3.6: actions from templates, with the semantics of their type (engine.md 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.values.action import Action, Reasons
from engine.values.words import MENTOR, MIRROR, MULTIPLIER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.values.playbook import Playbook, Rationale, Template
    from engine.values.surroundings import Facts


def composed(
    playbooks: Iterable[Playbook], facts: Facts, recent_signals: tuple[str, ...], new_id: Callable[[], str]
) -> tuple[Action, ...]:
    """Return the playbooks' actions, in the playbooks' order."""
    evidence = _evidence(facts, recent_signals)
    return tuple(
        _action(playbook, template, facts, evidence, new_id())
        for playbook in playbooks
        for template in playbook.content.actions
    )


def _action(
    playbook: Playbook, template: Template, facts: Facts, evidence: tuple[str, ...], action_id: str
) -> Action:
    return Action(
        action_id=action_id,
        type=template.type,
        surfaces=tuple(dict.fromkeys(template.surfaces)),
        title=template.payload.title,
        body=template.payload.body,
        rationale=_reasons(template, facts, evidence),
        requires_consent=template.requires_consent or template.type == MULTIPLIER,
        requires_dual_channel=template.requires_dual_channel,
        playbook_id=playbook.playbook_id,
        playbook_version=playbook.content.version,
        limits=playbook.content.limits,
        prompt=_prompt(template, facts),
    )


def _reasons(template: Template, facts: Facts, evidence: tuple[str, ...]) -> Reasons | None:
    written = template.payload.rationale
    if template.type == MENTOR:
        return _completed(written, facts, evidence)
    if written is None:
        return None
    return Reasons(written.evidence_links, written.baseline_comparison, written.why_relevant)


def _completed(written: Rationale | None, facts: Facts, evidence: tuple[str, ...]) -> Reasons:
    """Fill what the playbook leaves open with what the engine knows: a mentor always says why."""
    links = written.evidence_links if written else ()
    baseline = written.baseline_comparison if written else ""
    relevant = written.why_relevant if written else ""
    return Reasons(
        evidence_links=links or evidence,
        baseline_comparison=baseline or f"{len(evidence)} recent signals against a baseline of none",
        why_relevant=relevant or _relevance(facts),
    )


def _relevance(facts: Facts) -> str:
    event = facts.signal.event_type if facts.signal and facts.signal.event_type else "the current context"
    return f"Fits {event} in {facts.repo_id or 'this work'}"


def _evidence(facts: Facts, recent_signals: tuple[str, ...]) -> tuple[str, ...]:
    own = (facts.signal.signal_id,) if facts.signal and facts.signal.signal_id else ()
    return tuple(dict.fromkeys(f"signal:{signal_id}" for signal_id in own + recent_signals))


def _prompt(template: Template, facts: Facts) -> str | None:
    """Fill the placeholders by replacement, so that no brace in a prompt can break a decide."""
    if not template.llm_prompt or template.type == MIRROR:
        return None
    event = facts.signal.event_type if facts.signal and facts.signal.event_type else "none"
    filled = template.llm_prompt.replace("{actor}", facts.actor_id)
    return filled.replace("{repo}", facts.repo_id or "none").replace("{event}", event)
