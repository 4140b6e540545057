"""The givens of the contract run: a playbook that fires, a decision with an action, what may be changed.

Rule: a given that the engine refuses is no finding here (scenarios judge that): less is exercised, and a note
says why.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from harness.driving.builders import a_decide_request, a_multiplier, a_playbook, an_experiment
from harness.fuzzing.wire import Call

if TYPE_CHECKING:
    from contracts.document import Document
    from harness.worlds import World
    from reports.record import Persona

CREATE, BEGIN = "POST /playbooks", "POST /experiments"


@dataclass(slots=True)
class Given:
    """What was prepared: `known` are ids that exist, by the name that the contract has for them."""

    known: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    problem: str = ""


class _RefusedError(Exception):
    """The engine did not do what was asked."""


def prepare(world: World, document: Document, token: str, person: Persona, timeout: float) -> Given:
    """Publish a playbook, decide once, write a draft and an experiment to spare; return what is there now."""
    given = Given()
    operations = {operation.name for operation in document.operations}
    if CREATE not in operations:
        return given
    headers = {"Authorization": f"Bearer {token}"}
    # No connection is used twice: an engine may close it in between.
    once = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(
        base_url=world.api_url, headers=headers, timeout=timeout, limits=once, trust_env=False
    ) as client:
        try:
            given.known = _ids(client, given.calls, person)
            if BEGIN in operations:
                begun = _post(client, given.calls, "/experiments", an_experiment())
                given.known["experiment_id"] = _member(begun, "experiment_id")
        except _RefusedError as refused:
            given.problem = str(refused)
    return given


def _ids(client: httpx.Client, calls: list[Call], person: Persona) -> dict[str, str]:
    dual = a_playbook(actions=[a_multiplier(requires_dual_channel=True)])
    playbook = _post(client, calls, "/playbooks", dual)
    _send(client, calls, f"/playbooks/{_member(playbook, 'playbook_id')}/publish", None)
    decision = _member(_post(client, calls, "/decide", a_decide_request(person)), "decision")
    action = _member(_member(decision, "actions"), 0)
    spare = _post(client, calls, "/playbooks", a_playbook())
    return {
        "decision_id": _member(decision, "decision_id"),
        "action_id": _member(action, "action_id"),
        "playbook_id": _member(spare, "playbook_id"),
        "actor_id": person.sub,
    }


def _post(client: httpx.Client, calls: list[Call], path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    try:
        return _send(client, calls, path, body).json()
    except ValueError as error:
        raise _RefusedError(f"POST {path} answered something that is not JSON") from error


def _send(client: httpx.Client, calls: list[Call], path: str, body: dict[str, Any] | None) -> httpx.Response:
    request = client.build_request("POST", path, json=body)
    at, started = time.time(), time.monotonic()
    try:
        answer = client.send(request)
    except httpx.HTTPError as error:
        raise _RefusedError(f"POST {path}: {type(error).__name__}") from error
    calls.append(
        Call(
            at=at,
            method="POST",
            url=str(request.url),
            headers=tuple(request.headers.multi_items()),
            body=request.content,
            status=answer.status_code,
            answer_headers=tuple(answer.headers.multi_items()),
            answer=answer.content,
            seconds=time.monotonic() - started,
        )
    )
    if not answer.is_success:
        raise _RefusedError(f"POST {path} answered {answer.status_code}")
    return answer


def _member(value: Any, key: str | int) -> Any:  # noqa: ANN401 - JSON
    try:
        return value[key]
    except (KeyError, IndexError, TypeError) as error:
        raise _RefusedError(f"there is no {key} in an answer") from error
