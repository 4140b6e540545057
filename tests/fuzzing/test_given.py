"""What the contract run prepares: ids that exist, each for what may be done to it."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from contracts.document import load_document
from harness.fuzzing import Options, run_fuzzing
from harness.fuzzing.asking import TIMED_OUT
from harness.fuzzing.given import prepare
from reports.record import Persona
from tests.fuzzing import standin
from tests.fuzzing.raw import answering, drip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.worlds import World
    from reports.record import Event

ADMIN = Persona("admin", tenant_id="tenant-1", sub="sub-1", roles=("mmm_admin",))


class Engine(ThreadingHTTPServer):
    """Writes playbooks and experiments, publishes and decides; `refused` is a path that answers 503."""

    def __init__(self, refused: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.refused = refused
        self.written: list[str] = []
        self.published: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Engine

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.removeprefix("/v1")
        self._reply(503 if path == self.server.refused else 200, self._done(path))

    def do_PUT(self) -> None:
        """Fall over every playbook that there is."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._reply(500 if self.path.rpartition("/")[2] in self.server.written else 404, {})

    def _reply(self, status: int, body: dict[str, object]) -> None:
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _done(self, path: str) -> dict[str, object]:
        if path == "/decide":
            return {"decision": {"decision_id": "decision-1", "actions": [{"action_id": "action-1"}]}}
        if path == "/playbooks":
            self.server.written.append(str(uuid4()))
            return {"playbook_id": self.server.written[-1]}
        if path == "/experiments":
            return {"experiment_id": "experiment-1"}
        self.server.published.append(path.split("/")[2])
        return {}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running(refused: str = "") -> Iterator[Engine]:
    with Engine(refused) as engine:
        thread = threading.Thread(target=engine.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield engine
        engine.shutdown()
        thread.join()


def test_what_may_be_deleted_is_not_what_fires(world: Callable[..., World]) -> None:
    with running() as engine:
        where = world(f"http://127.0.0.1:{engine.server_port}")
        given = prepare(where, load_document("engine"), "a-token", ADMIN, 5.0)

    fires, spare, *own = engine.written
    assert engine.published == [fires]
    assert {name: values["playbook_id"] for name, values in given.own.items()} == dict(
        zip(
            (
                "PUT /playbooks/{playbook_id}",
                "DELETE /playbooks/{playbook_id}",
                "POST /playbooks/{playbook_id}/publish",
            ),
            own,
            strict=True,
        )
    )
    assert given.known == {
        "decision_id": "decision-1",
        "action_id": "action-1",
        "playbook_id": spare,
        "actor_id": ADMIN.sub,
        "experiment_id": "experiment-1",
    }
    assert given.problem == ""
    assert [call.status for call in given.calls] == [200] * 8


@pytest.mark.parametrize("path", ["/playbooks", "/decide"])
def test_a_given_that_is_refused_is_a_problem_in_words(path: str, world: Callable[..., World]) -> None:
    with running(refused=path) as engine:
        where = world(f"http://127.0.0.1:{engine.server_port}")
        given = prepare(where, load_document("engine"), "a-token", ADMIN, 5.0)

    assert given.known == {}
    assert given.problem == f"POST {path} answered 503"


def test_an_answer_that_drips_has_one_deadline(world: Callable[..., World]) -> None:
    with answering(drip) as (url, _):
        started = time.monotonic()
        given = prepare(world(url.removesuffix("/v1")), load_document("engine"), "a-token", ADMIN, 0.3)
        took = time.monotonic() - started

    assert given.problem == f"POST /playbooks: {TIMED_OUT}"
    assert took < 1.5


def test_a_finding_that_needs_what_was_prepared_begins_with_it(
    world: Callable[..., World], events: list[Event]
) -> None:
    change, begin = "PUT /playbooks/{playbook_id}", "GET /experiments"
    options = Options(operations=(change, begin), mint=standin.mint, max_examples=1, stateful_examples=1)
    with running() as engine:  # it lists nothing: 501
        summary = run_fuzzing(world(f"http://127.0.0.1:{engine.server_port}"), options, events.append)

    found = {each.key: each.exchanges for each in summary.findings}
    prepared = tuple(f"contracts-given-{number}" for number in range(1, 9))
    assert found["contract:not_a_server_error", change][:-1] == prepared
    assert len(found["contract:not_a_server_error", begin]) == 1
