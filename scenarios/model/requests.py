"""Commands as requests: names and numbers of the model become ids that the engine has told.

Rule: pure; two equal commands in equal states are equal requests but for the moment of a signal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never
from urllib.parse import quote

from harness.scenario import ABSENT, NOTHING, a_context, a_decide_request, a_playbook, a_signal, an_outcome
from scenarios.model.commands import (
    Approve,
    ChangePlaybook,
    CreatePlaybook,
    Decide,
    DeprecatePlaybook,
    ListPlaybooks,
    PublishPlaybook,
    ReadApproval,
    ReadMetrics,
    ReadPolicy,
    ReadPreferences,
    ReportOutcome,
    SetPolicy,
    SetPreferences,
    Snooze,
)
from scenarios.model.decisions import template_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenario import Json
    from scenarios.model.commands import Command, Place
    from scenarios.model.state import Recipe, State


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; who sends it, the command says."""

    method: str
    path: str
    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)


def request_of(state: State, command: Command) -> Request:  # noqa: C901, PLR0911, PLR0912 - a table
    """Return the request that a command is."""
    match command:
        case CreatePlaybook():
            return Request("POST", "/playbooks", recipe_json(command.recipe))
        case ChangePlaybook():
            whole = recipe_json(command.recipe)
            return Request("PUT", _book(state, command.book), {part: whole[part] for part in command.parts})
        case PublishPlaybook():
            return Request("POST", f"{_book(state, command.book)}/publish")
        case DeprecatePlaybook():
            return Request("DELETE", _book(state, command.book))
        case ListPlaybooks():
            query = {"status": command.status} if command.status else {}
            return Request("GET", "/playbooks", query=query)
        case Decide():
            return _decide(state, command)
        case SetPreferences():
            body = _parts(opt_out_categories=command.opt_out, preferred_surfaces=command.surfaces)
            return Request("PUT", _preferences(state, command.of), body)
        case ReadPreferences():
            return Request("GET", _preferences(state, command.of))
        case Snooze():
            path = f"{_preferences(state, command.of)}/snooze"
            return Request("POST", path, {"duration_hours": command.hours})
        case SetPolicy():
            return Request("PUT", _tenant(state, "policy"), _policy(command))
        case ReadPolicy():
            return Request("GET", _tenant(state, "policy"))
        case ReportOutcome():
            return _outcome(state, command)
        case Approve():
            return Request("POST", f"{_action(state, command.place)}/approve", _approval(state, command))
        case ReadApproval():
            return Request("GET", f"{_action(state, command.place)}/approval-status")
        case ReadMetrics():
            return Request("GET", _tenant(state, "metrics"))
    assert_never(command)


def recipe_json(recipe: Recipe) -> Json:
    """Return a playbook's content as it is sent."""
    given = {"priority": recipe.priority} | (dict([recipe.limit]) if recipe.limit else {})
    return a_playbook(
        name=recipe.name,
        actions=[template_json(template) for template in recipe.templates],
        triggers=[
            _parts(event_type=trigger.event_type, severity=trigger.severity) for trigger in recipe.triggers
        ],
        conditions=[{"type": each.type, "value": each.value} for each in recipe.conditions],
        limits=given,
    )


def _parts(**members: object) -> Json:
    """Return what is given of some members; a set becomes a list that is always the same."""
    given = {name: value for name, value in members.items() if value is not None}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in given.items()}


def _book(state: State, number: int) -> str:
    return f"/playbooks/{state.books[number].id}"


def _action_id(state: State, place: Place | None) -> str:
    return NOTHING if place is None else state.decisions[place[0]].nudges[place[1]].id


def _action(state: State, place: Place | None) -> str:
    return f"/actions/{_action_id(state, place)}"


def _preferences(state: State, name: str) -> str:
    return f"/actors/{quote(state.people[name].sub, safe='')}/preferences"


def _tenant(state: State, what: str) -> str:
    return f"/tenants/{quote(state.tenant, safe='')}/{what}"


def _decide(state: State, command: Decide) -> Request:
    event = command.event
    signal = a_signal(event_type=event[0], severity=event[1]) if event else ABSENT
    context = a_context(branch=command.branch, repo_id=command.repo)
    abroad = {"tenant_id": state.people["stranger"].tenant_id} if command.abroad else {}
    body = a_decide_request(state.people[command.by], context=context, signal=signal, **abroad)
    return Request("POST", "/triggers/evaluate" if command.explicit else "/decide", body)


def _policy(command: SetPolicy) -> Json:
    body = _parts(enabled_action_types=command.types, enabled_surfaces=command.surfaces)
    if command.quotas is not None:
        hour, day = command.quotas
        body["quotas"] = {"max_actions_per_hour": hour, "max_actions_per_day": day}
    return body


def _outcome(state: State, command: ReportOutcome) -> Request:
    own = command.place[0] if command.place else len(state.decisions) - 1
    number = own if command.under is None else command.under
    parts = {} if command.reason else {"reason": ABSENT}
    path = f"/decisions/{state.decisions[number].id}/outcomes"
    return Request("POST", path, an_outcome(_action_id(state, command.place), command.result, **parts))


def _approval(state: State, command: Approve) -> Json:
    name = state.people[command.name].sub if command.name else None
    return _parts(actor_id=name, is_first=command.first, verdict=command.verdict)
