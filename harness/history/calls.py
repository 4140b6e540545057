"""Recorded exchanges read as calls: what was asked, by whom, and what was said.

Rule: pure; what cannot be read says nothing, and is never guessed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contracts.document import load_document
from harness.driving.people import stand_in
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.record import Exchange, Message, Persona

DECIDE, TRIGGER = "POST /decide", "POST /triggers/evaluate"
DECIDES = frozenset({DECIDE, TRIGGER})
REPORT = "POST /decisions/{decision_id}/outcomes"
APPROVE = "POST /actions/{action_id}/approve"
ERASE = "DELETE /actors/{actor_id}"
PREFERENCES = "PUT /actors/{actor_id}/preferences"
SNOOZE = "POST /actors/{actor_id}/preferences/snooze"
POLICY = "PUT /tenants/{tenant_id}/policy"
CREATE, UPDATE = "POST /playbooks", "PUT /playbooks/{playbook_id}"
PUBLISH, DEPRECATE = "POST /playbooks/{playbook_id}/publish", "DELETE /playbooks/{playbook_id}"
BEGIN = "POST /experiments"
EXPERIMENTS = frozenset(
    {
        BEGIN,
        "PUT /experiments/{experiment_id}",
        "POST /experiments/{experiment_id}/activate",
        "POST /experiments/{experiment_id}/deactivate",
    }
)
OK, MULTIPLE, SERVER_ERROR = 200, 300, 500
AUTHORIZATION = "authorization"


@dataclass(frozen=True)
class Call:
    """One exchange with the engine. `operation` is "" for a path that the contract does not have."""

    exchange: Exchange
    operation: str
    params: Mapping[str, str]

    @cached_property
    def asked(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the request's body as JSON; None where it has none."""
        return _json(self.exchange.request)

    @cached_property
    def said(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the answer's body as JSON; None where it has none."""
        return _json(self.exchange.response)

    @cached_property
    def begun(self) -> float:
        """Return when it was sent, in seconds since the epoch."""
        return instant(self.exchange.at).timestamp()

    @property
    def ended(self) -> float:
        """Return when its answer was whole."""
        return self.begun + self.exchange.seconds

    @property
    def done(self) -> bool:
        """Tell whether the engine said that it did what was asked."""
        return self.exchange.status is not None and OK <= self.exchange.status < MULTIPLE

    @property
    def doubtful(self) -> bool:
        """Tell whether it may have been done, or not: no answer came, or one that the engine did not mean."""
        return self.exchange.status is None or self.exchange.status >= SERVER_ERROR

    @property
    def caller(self) -> Persona | None:
        """Return who called, where that is sure: somebody with a sound token, under its own name."""
        person = self.exchange.persona
        if person is None or person.flaw is not None:
            return None
        return person if self.header(AUTHORIZATION) == f"Bearer {stand_in(person)}" else None

    @property
    def names_somebody(self) -> bool:
        """Tell whether it came with credentials at all."""
        return bool(self.header(AUTHORIZATION))

    def header(self, name: str) -> str:
        """Return a header of the request, "" where it has none."""
        values = (value for key, value in self.exchange.request.headers if key.lower() == name)
        return next(values, "")

    def overlaps(self, other: Call) -> bool:
        """Tell whether neither was surely over before the other began."""
        return self.begun <= other.ended and other.begun <= self.ended

    @cached_property
    def decision(self) -> dict[str, Any] | None:
        """Return the decision that it was answered, if that is what it asked for and got."""
        if self.operation not in DECIDES or self.exchange.status != OK or not isinstance(self.said, dict):
            return None
        found = self.said.get("decision")
        return found if isinstance(found, dict) and isinstance(found.get("decision_id"), str) else None

    @property
    def decision_id(self) -> str:
        """Return the id of its decision."""
        return "" if self.decision is None else str(self.decision["decision_id"])

    @property
    def actions(self) -> list[dict[str, Any]]:
        """Return the actions of its decision."""
        found = (self.decision or {}).get("actions")
        return [action for action in found if isinstance(action, dict)] if isinstance(found, list) else []


def read_call(exchange: Exchange, base_path: str) -> Call:
    """Read an exchange with the engine."""
    path = urlsplit(exchange.url).path.removeprefix(base_path)
    match = load_document("engine").find(exchange.method, path)
    if match is None:
        return Call(exchange, "", {})
    return Call(exchange, match.operation.name, match.path_params)


def member(value: object, *names: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what is at the end of these names in a JSON value; None where it is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def strings(value: object) -> list[str] | None:
    """Return an array of strings; None for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return value


def _json(message: Message | None) -> Any:  # noqa: ANN401 - any JSON value
    if message is None or not message.body or message.encoding != "utf-8":
        return None
    try:
        return json.loads(message.body)
    except (ValueError, RecursionError):
        return None
