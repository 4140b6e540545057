"""Outcomes, and what the tenant's metrics count of them and of decisions (engine.md 4, 12).

Rule: whether a result that was reported before, or one that contradicts a final one, is refused, replaces the
earlier or stands beside it, is a choice: it may be counted, and what it may have replaced may be gone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.model.expecting import Answer, Expected, claim, new_id, refused, status_is
from scenarios.model.state import FINAL, TYPES, Outcome

if TYPE_CHECKING:
    from harness.scenario import Object
    from scenarios.model.commands import Place, ReadMetrics, ReportOutcome
    from scenarios.model.state import State

RESULTS = ("shown", "ignored", "dismissed", "accepted", "failed")
NEED_REASON = ("dismissed", "failed")
CONFLICT = 409
FLOW = ("IT-MMM-01",)
COUNTS = ("FR-13",)


def reported(state: State, command: ReportOutcome) -> Expected:
    """Expect what became of an action to be taken, if it is this decision's and has the reason it needs."""
    if command.result in NEED_REASON and not command.reason:
        return refused(state, (422,), "a refusal is taken without a reason", "IT-MMM-01", "NFR-4")
    place = command.place
    if place is None:
        return refused(state, (404,), "an outcome is taken of an action that is none", *FLOW)
    if not state.is_home(command.by):
        return refused(state, (404,), "another tenant's action is given an outcome", "NFR-5")
    if command.under not in {None, place[0]}:
        return refused(state, (404,), "an outcome is taken of another decision's action", *FLOW)
    earlier = [each for each in state.outcomes if (each.decision, each.nudge) == place]
    again = any(each.result == command.result for each in earlier)
    contradicts = command.result in FINAL and any(each.result in FINAL for each in earlier) and not again
    taken = Outcome(*place, command.result, sure=not (again or contradicts))

    def read(answer: Answer) -> State:
        statuses = (202, 200, CONFLICT) if again or contradicts else (202,)
        status_is(answer, statuses, "an outcome is refused", FLOW)
        if answer.status == CONFLICT:
            return state
        before = _replaceable(state, place) if contradicts else state.outcomes
        ids = state.outcome_ids | {_identity(state, answer, again=again)}
        return replace(state, outcomes=(*before, taken), outcome_ids=ids)

    return Expected(FLOW, read)


def counted(state: State, command: ReadMetrics) -> Expected:
    """Decisions, actions and outcomes are counted: exactly, where nothing is left to the engine."""
    if not state.is_home(command.by):
        return refused(state, (403,), "another tenant's metrics can be read", "NFR-5")
    if not state.is_admin(command.by):
        return refused(state, (403,), "somebody who is no admin reads metrics", "NFR-7", "FR-13")

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "metrics cannot be read", COUNTS)
        told = answer.object.object("aggregates")
        _exactly(state, told)
        _about(state, told)
        return state

    return Expected(COUNTS, read)


def _identity(state: State, answer: Answer, *, again: bool) -> str:
    """Return the outcome's id, a new one, unless what was said before is taken for the same outcome."""
    said = answer.object["status"]
    claim("an outcome is answered otherwise", FLOW, holds=said == "accepted", told=said)
    identity = answer.object.string("outcome_id")
    return identity if again else new_id(identity, state.outcome_ids, "an outcome", FLOW)


def _replaceable(state: State, place: Place) -> tuple[Outcome, ...]:
    """Return the outcomes, now that an action's final ones may have been replaced."""
    return tuple(
        replace(each, sure=False) if (each.decision, each.nudge) == place and each.result in FINAL else each
        for each in state.outcomes
    )


def _exactly(state: State, told: Object) -> None:
    by_type = Counter(nudge.template.type for _, nudge in state.shown())
    wanted = {"decisions": len(state.decisions), "actions": by_type.total()}
    wanted |= {name: by_type[name] for name in TYPES}
    kinds = told.object("actions_by_type")
    said = {"decisions": told["decisions_total"], "actions": told["actions_total"]}
    said |= {name: kinds.get(name) or 0 for name in TYPES}
    claim(
        "decisions and actions are counted otherwise",
        COUNTS,
        holds=said == wanted,
        told=f"{said}, not {wanted}",
    )


def _about(state: State, told: Object) -> None:
    results = told.object("outcomes_by_result")
    said = {name: results.get(name) or 0 for name in RESULTS}
    least = Counter(each.result for each in state.outcomes if each.sure)
    most = Counter(each.result for each in state.outcomes)
    within = all(least[name] <= said[name] <= most[name] for name in RESULTS)
    adds_up = told["outcomes_total"] == sum(said.values())
    limits = f"{said}, not {dict(least)}" + ("" if least == most else f" to {dict(most)}")
    claim("outcomes are counted otherwise", COUNTS, holds=within, told=limits)
    claim("outcomes do not add up", COUNTS, holds=adds_up, told=told)
