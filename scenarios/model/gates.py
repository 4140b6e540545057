"""Which actions may come: the pipeline of engine.md 5.3, as gates that an action passes or not.

Rule: pure; a gate is named after what is the case where an engine lets something through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.model.state import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenarios.model.commands import Decide
    from scenarios.model.state import Condition, Recipe, State, Template, Trigger

ACTOR_LIMIT, REPO_LIMIT, COOLDOWN = "max_per_actor_per_day", "max_per_repo_per_day", "cooldown_minutes"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action that somebody wrote, and the playbook that has it."""

    book: int
    template: Template


@dataclass(frozen=True, slots=True)
class Gate:
    """`lets`: whether a candidate passes; `rule`, `requirements`: what is broken by one that should not."""

    rule: str
    requirements: tuple[str, ...]
    lets: Callable[[State, Decide, Candidate], bool]


def written(state: State) -> dict[str, Candidate]:
    """Return every action that any edition of a playbook ever had, by its title."""
    return {
        template.title: Candidate(number, template)
        for number, book in enumerate(state.books)
        for edition in book.editions
        for template in edition.templates
    }


def barred(state: State, command: Decide, candidate: Candidate) -> Gate | None:
    """Return the first gate that does not let an action through."""
    return next((gate for gate in GATES if not gate.lets(state, command, candidate)), None)


def allowed(state: State, command: Decide) -> Iterator[Candidate]:
    """Yield the actions that pass every gate; quotas come after that."""
    for candidate in written(state).values():
        if barred(state, command, candidate) is None:
            yield candidate


def priority(state: State, candidate: Candidate) -> int:
    """Return how important what a playbook has published is."""
    recipe = state.books[candidate.book].published
    return recipe.priority if recipe else 0


def room(state: State, actor: str) -> int:
    """Return how many actions the tenant's quotas still let an actor have."""
    hour, day = state.policy.quotas_now
    had = sum(1 for decision, _ in state.shown() if decision.actor == actor)
    return max(0, min(hour, day) - had)


def surfaces(state: State, command: Decide, template: Template) -> frozenset[str]:
    """Return what is left of an action's surfaces."""
    wishes = state.wishes(command.by)
    enabled = {surface for surface in template.surfaces if state.policy.enables(surface)}
    return frozenset(enabled & wishes.surfaces if wishes.surfaces else enabled)


def fits(state: State, command: Decide, recipe: Recipe) -> bool:
    """Tell whether any trigger and every condition of a playbook fit."""
    triggered = not recipe.triggers or any(_triggers(trigger, command) for trigger in recipe.triggers)
    return triggered and all(_holds(state, command, condition) for condition in recipe.conditions)


def _triggers(trigger: Trigger, command: Decide) -> bool:
    if command.event is None:
        return False
    event_type, severity = command.event
    low = trigger.severity is not None and SEVERITIES.index(severity) < SEVERITIES.index(trigger.severity)
    return trigger.event_type in {None, event_type} and not low


def _holds(state: State, command: Decide, condition: Condition) -> bool:
    who = state.people[command.by]
    facts = {
        "branch": (command.branch,),
        "repo": (command.repo,),
        "role": who.roles,
        "actor_type": (who.actor_type,),
    }
    return condition.value in facts[condition.type]


def _is_published(state: State, _command: Decide, candidate: Candidate) -> bool:
    book = state.books[candidate.book]
    live = book.published is not None and not book.deprecated
    return live and candidate.template in (book.published.templates if book.published else ())


def _fits(state: State, command: Decide, candidate: Candidate) -> bool:
    recipe = state.books[candidate.book].published
    return recipe is not None and fits(state, command, recipe)


def _is_awake(state: State, command: Decide, _candidate: Candidate) -> bool:
    return not state.wishes(command.by).snoozed


def _type_is_enabled(state: State, _command: Decide, candidate: Candidate) -> bool:
    return state.policy.types is None or candidate.template.type in state.policy.types


def _surface_is_enabled(state: State, _command: Decide, candidate: Candidate) -> bool:
    return any(state.policy.enables(surface) for surface in candidate.template.surfaces)


def _type_is_wanted(state: State, command: Decide, candidate: Candidate) -> bool:
    return candidate.template.type not in state.wishes(command.by).opt_out


def _surface_is_wanted(state: State, command: Decide, candidate: Candidate) -> bool:
    return bool(surfaces(state, command, candidate.template))


def _is_within_its_limit(state: State, command: Decide, candidate: Candidate) -> bool:
    recipe = state.books[candidate.book].published
    if recipe is None or recipe.limit is None:
        return True
    kind, number = recipe.limit
    had = [decision for decision, nudge in state.shown() if nudge.book == candidate.book]
    if kind == REPO_LIMIT:
        return sum(decision.repo == command.repo for decision in had) < number
    mine = sum(decision.actor == command.by for decision in had)
    return mine < number if kind == ACTOR_LIMIT else not (mine and number)


GATES = (
    Gate("a playbook fires that is not published", ("FR-3",), _is_published),
    Gate("a playbook fires that does not fit", ("UT-MMM-01", "FR-3"), _fits),
    Gate("a snoozed actor is nudged", ("FR-10", "FR-14"), _is_awake),
    Gate("a disabled type is proposed", ("FM-MMM-01", "FR-13"), _type_is_enabled),
    Gate("an action without an enabled surface is proposed", ("FR-13", "FR-8"), _surface_is_enabled),
    Gate("a category is proposed that the actor refused", ("FR-10", "FR-14"), _type_is_wanted),
    Gate("an action without a preferred surface is proposed", ("FR-14", "FR-8"), _surface_is_wanted),
    Gate("a playbook's own limit is exceeded", ("FR-7",), _is_within_its_limit),
)
