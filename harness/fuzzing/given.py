"""The givens of the contract run: a playbook that fires, a decision with an action, what may be changed.

Rule: a given that the engine refuses is no finding here (scenarios judge that): less is exercised, and a note
says why.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.driving.builders import a_decide_request, a_multiplier, a_playbook, an_experiment
from harness.fuzzing.asking import Request, Wire
from harness.fuzzing.reading import read_json

if TYPE_CHECKING:
    from contracts.document import Document
    from harness.fuzzing.wire import Call
    from harness.worlds import World
    from reports.record import Persona

CREATE, BEGIN = "POST /playbooks", "POST /experiments"
PLAYBOOK = "playbook_id"


@dataclass(slots=True)
class Given:
    """What was prepared: `known` are ids that exist, by the name that the contract has for them.

    `own` are those of one operation alone, by its name: what it changes or ends, no other has to do without.
    """

    known: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    problem: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every id that exists now."""
        own = (value for values in self.own.values() for value in values.values())
        return (*self.known.values(), *own)


class _RefusedError(Exception):
    """The engine did not do what was asked."""


def prepare(world: World, document: Document, token: str, person: Persona, timeout: float) -> Given:
    """Publish a playbook, decide once, write drafts and an experiment to spare; return what is there now."""
    given = Given()
    operations = {operation.name: operation.template for operation in document.operations}
    if CREATE not in operations:
        return given
    asker = _Asker(Wire(world.api_url, timeout), token, given.calls)
    try:
        given.known = _ids(asker, person)
        for name in (name for name, path in operations.items() if f"{{{PLAYBOOK}}}" in path):
            given.own[name] = {PLAYBOOK: _draft(asker)}
        if BEGIN in operations:
            begun = asker.post("/experiments", an_experiment())
            given.known["experiment_id"] = _id(begun, "experiment_id")
    except _RefusedError as refused:
        given.problem = str(refused)
    return given


def _ids(asker: _Asker, person: Persona) -> dict[str, str]:
    dual = a_playbook(actions=[a_multiplier(requires_dual_channel=True)])
    playbook = asker.post("/playbooks", dual)
    asker.send(f"/playbooks/{_id(playbook, PLAYBOOK)}/publish", None)
    decision = _member(asker.post("/decide", a_decide_request(person)), "decision")
    action = _member(_member(decision, "actions"), 0)
    return {
        "decision_id": _id(decision, "decision_id"),
        "action_id": _id(action, "action_id"),
        PLAYBOOK: _draft(asker),
        "actor_id": person.sub,
    }


def _draft(asker: _Asker) -> str:
    return _id(asker.post("/playbooks", a_playbook()), PLAYBOOK)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks as one person; what was answered is kept in `calls`."""

    wire: Wire
    token: str
    calls: list[Call]

    def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        try:
            return read_json(self.send(path, body).answer)
        except ValueError as error:
            raise _RefusedError(f"POST {path} answered something that is not JSON") from error

    def send(self, path: str, body: dict[str, Any] | None) -> Call:
        headers = [("Authorization", f"Bearer {self.token}")]
        headers += [("Content-Type", "application/json")] if body is not None else []
        content = b"" if body is None else json.dumps(body).encode()
        call = self.wire.send(Request(method="POST", target=path, headers=tuple(headers), body=content))
        if call.status is None:
            raise _RefusedError(f"POST {path}: {call.error}")
        self.calls.append(call)
        if not HTTPStatus(200) <= call.status < HTTPStatus(300):
            raise _RefusedError(f"POST {path} answered {call.status}")
        return call


def _id(value: Any, name: str) -> str:  # noqa: ANN401 - JSON
    found = _member(value, name)
    if not isinstance(found, str):
        raise _RefusedError(f"the {name} in an answer is no text")
    return found


def _member(value: Any, key: str | int) -> Any:  # noqa: ANN401 - JSON
    try:
        return value[key]
    except (KeyError, IndexError, TypeError) as error:
        raise _RefusedError(f"there is no {key} in an answer") from error
