"""One walk over the contract's routes as a sane caller, each step with what earlier ones have given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.document import load_document
from harness.driving.builders import Json, a_decide_request, a_playbook, an_outcome
from harness.driving.failures import MalformedAnswerError, NoAnswerError
from harness.driving.routes import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.routing import Operation
    from harness.driving.engine import EngineClient
    from harness.driving.people import People
    from harness.driving.recorder import Recorder
    from harness.driving.reply import RawReply
    from reports.record import Persona

NOT_FOUND = 404
NO_SUCH_METHOD = (405, 501)
FIRST_REDIRECT, FIRST_ERROR = 300, 400


@dataclass(slots=True)
class Known:
    """What the walk has learnt: ids for later steps, and the objects to look at."""

    ids: dict[str, str] = field(default_factory=dict)
    playbook: dict[str, Any] = field(default_factory=dict)
    decision: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """How one operation is called: by whom, with what."""

    name: str
    caller: Callable[[People], Persona | None] = lambda _: None
    body: Callable[[People, Known], Json | None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step showed. `status` is None where no answer came; `sure`: its ids name something."""

    operation: Operation
    persona: Persona | None
    status: int | None
    sure: bool
    exchange: str
    said: str = ""

    @property
    def missing(self) -> bool:
        """Tell whether the route does not exist: 404 may also be said of an id."""
        return self.status in NO_SUCH_METHOD or (self.status == NOT_FOUND and self.sure)

    @property
    def let_in(self) -> bool:
        """Tell whether the caller was served."""
        return self.status is not None and self.status < FIRST_REDIRECT


def _outcome(_: People, known: Known) -> Json:
    return an_outcome(known.ids.get("action_id", NOTHING))


DOOR = (
    Step("GET /playbooks", lambda people: people.developer),
    Step(
        "POST /decide",
        lambda people: people.approver,
        lambda people, _: a_decide_request(people.approver),
    ),
)
ROUTES = (
    Step("POST /playbooks", lambda people: people.admin, lambda *_: a_playbook()),
    Step("PUT /playbooks/{playbook_id}", lambda people: people.admin, lambda *_: {"name": "Renamed"}),
    Step("POST /playbooks/{playbook_id}/publish", lambda people: people.admin),
    Step(
        "POST /triggers/evaluate",
        lambda people: people.developer,
        lambda people, _: a_decide_request(people.developer),
    ),
    Step(
        "POST /decide",
        lambda people: people.developer,
        lambda people, _: a_decide_request(people.developer),
    ),
    Step("POST /decisions/{decision_id}/outcomes", lambda people: people.developer, _outcome),
    Step("DELETE /playbooks/{playbook_id}", lambda people: people.admin),
    Step("GET /health"),
    Step("GET /ready"),
    Step("GET /metrics"),
)


class Walk:
    """Calls the routes, one after the other."""

    def __init__(self, engine: EngineClient, people: People, recorder: Recorder) -> None:
        self.known = Known({"tenant_id": people.tenant, "actor_id": people.developer.sub})
        self._engine = engine
        self._people = people
        self._recorder = recorder
        self._operations = {operation.name: operation for operation in load_document("engine").operations}

    async def take(self, step: Step) -> Seen | None:
        """Call one operation; None where the contract does not have it."""
        operation = self._operations.get(step.name)
        if operation is None:
            return None
        path, sure = self._path(operation)
        persona = step.caller(self._people)
        body = step.body(self._people, self.known)
        try:
            reply = await self._engine.call(operation.method, path, by=persona, body=body)
        except NoAnswerError as error:
            return Seen(operation, persona, None, sure, self._recorder.exchanges[-1].id, str(error))
        self._learn(reply.raw)
        return Seen(operation, persona, reply.raw.status, sure, reply.raw.exchange, str(reply.raw))

    def others(self) -> Iterator[Step]:
        """Yield a step for each operation of the contract that is not among those above."""
        written = {step.name for step in (*DOOR, *ROUTES)}
        for name in self._operations:
            if name not in written:
                yield Step(name, lambda people: people.admin)

    def _path(self, operation: Operation) -> tuple[str, bool]:
        """Fill in what is known; what is not is an id of nothing, of which 404 is the right answer."""
        segments, sure = [], True
        for segment in operation.template.split("/"):
            parameter = segment.strip("{}") if segment.startswith("{") else None
            known = parameter is None or parameter in self.known.ids
            segments.append(segment if parameter is None else self.known.ids.get(parameter, NOTHING))
            sure = sure and known
        return "/".join(segments), sure

    def _learn(self, reply: RawReply) -> None:
        """Keep the ids of a created playbook and of a decision with its first action."""
        if reply.status >= FIRST_ERROR:
            return
        try:
            body = reply.json()
        except MalformedAnswerError:
            return
        found = body if isinstance(body, dict) else {}
        if reply.operation == "POST /playbooks":
            self.known.playbook = found
            self._keep(found, "playbook_id")
        if isinstance(decision := found.get("decision"), dict):
            self.known.decision = decision
            self._keep(decision, "decision_id")
            actions = decision.get("actions")
            if isinstance(actions, list) and actions and isinstance(actions[0], dict):
                self._keep(actions[0], "action_id")

    def _keep(self, found: dict[str, Any], name: str) -> None:
        if isinstance(found.get(name), str):
            self.known.ids[name] = found[name]
