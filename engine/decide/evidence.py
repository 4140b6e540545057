"""The receipts of decisions, and of those that were refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.pipeline.risk import risk_of
from engine.receipts.content import Basis, Judgement, Risk, Scene, Subject, receipt

if TYPE_CHECKING:
    from datetime import datetime

    from engine.storage.decisions import StoredDecision
    from engine.values.action import Action
    from engine.values.surroundings import Facts, Surroundings


@dataclass(frozen=True, slots=True)
class Course:
    """How a decide went, from what matched to what was left."""

    snoozed: bool
    matched: tuple[tuple[str, str], ...]
    composed: int
    policy_took_all: bool
    quiet: bool
    before_limits: int
    actions: tuple[Action, ...]
    flags: tuple[str, ...]
    unavailable: frozenset[str]


def scene_of(facts: Facts) -> Scene:
    """Return where the decision was made."""
    return Scene(facts.tenant_id, facts.actor_type, facts.source, facts.environment, facts.repo_id)


def decision_receipt(
    decision: StoredDecision, facts: Facts, surroundings: Surroundings, course: Course
) -> dict[str, Any]:
    """Say what was decided, on what, and why."""
    return receipt(
        decision.receipt_id,
        decision.created_at,
        subject=Subject(
            "decision",
            {"decision_id": decision.decision_id},
            signal_ids=_signal_ids(facts, surroundings.recent_signals),
            playbooks=course.matched,
        ),
        scene=scene_of(facts),
        basis=basis_of(surroundings),
        judgement=_judgement(surroundings, course),
        risk=Risk(risk_of(action.type for action in course.actions), course.flags, _all_passed(course)),
        result=_result(course.actions),
        degraded=bool(course.unavailable),
    )


def refusal_receipt(
    receipt_id: str, decision_id: str, now: datetime, facts: Facts, *, reason: str
) -> dict[str, Any]:
    """Say that there was no decision, and why."""
    return receipt(
        receipt_id,
        now,
        subject=Subject("decision", {"decision_id": decision_id}, signal_ids=_signal_ids(facts, ())),
        scene=scene_of(facts),
        judgement=Judgement("hard_block", f"POLICY_UNAVAILABLE: {reason}", ("policy_unavailable",)),
        risk=Risk(0.0),
        result=_result(()),
        degraded=True,
    )


def basis_of(surroundings: Surroundings) -> Basis:
    """Return the policy that the decision stood on."""
    snapshot = surroundings.policy.snapshot
    if snapshot is None:
        return Basis()
    return Basis(snapshot.policy_snapshot_id, snapshot.policy_version_ids, snapshot.snapshot_hash)


def _judgement(surroundings: Surroundings, course: Course) -> Judgement:
    badges = [f"unavailable:{name}" for name in sorted(course.unavailable)]
    badges += ["policy_stale"] * surroundings.policy.stale
    badges += ["flagged"] * bool(course.flags)
    return Judgement(_status(surroundings, course), _rationale(surroundings, course), tuple(badges))


def _status(surroundings: Surroundings, course: Course) -> str:
    if _blocked(surroundings, course):
        return "soft_block"
    return "warn" if course.unavailable or course.flags else "pass"


def _rationale(surroundings: Surroundings, course: Course) -> str:
    parts = [f"{len(course.matched)} playbooks matched with {course.composed} actions"]
    parts += _blocked(surroundings, course)
    if course.snoozed:
        parts.append("snoozed")
    if course.quiet:
        parts.append("quiet hours")
    if course.unavailable:
        parts.append("without " + ", ".join(sorted(course.unavailable)))
    return "; ".join(
        (*parts, f"{course.before_limits} came to the limits", f"{len(course.actions)} proposed")
    )


def _blocked(surroundings: Surroundings, course: Course) -> list[str]:
    """Say why nothing at all was allowed, where that is so."""
    reasons = [] if surroundings.policy.snapshot else [_without_snapshot(course)]
    return reasons + ["policy, gold standards or tenant policy took every action"] * course.policy_took_all


def _without_snapshot(course: Course) -> str:
    if "policy" in course.unavailable:
        return "no fresh policy for a safety-critical tenant"
    return "policy refused to say what is allowed"


def _all_passed(course: Course) -> bool:
    """Say whether the gateway flagged no text, and was there for each."""
    return not course.flags and "llm" not in course.unavailable


def _result(actions: tuple[Action, ...]) -> dict[str, Any]:
    return {
        "types": sorted({action.type for action in actions}),
        "surfaces": sorted({surface for action in actions for surface in action.surfaces}),
        "actions": [
            {"action_id": action.action_id, "type": action.type, "surfaces": list(action.surfaces)}
            for action in actions
        ],
    }


def _signal_ids(facts: Facts, recent: tuple[str, ...]) -> tuple[str, ...]:
    own = (facts.signal.signal_id,) if facts.signal and facts.signal.signal_id else ()
    return tuple(dict.fromkeys(own + recent))
