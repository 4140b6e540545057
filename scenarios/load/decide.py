"""Many actors of one tenant ask for decisions, in two lanes (ide, ci), at a constant rate: a Locust file.

Locust runs it in a process of its own (`python -m harness.load` starts it), since it patches every socket
there. It is told what to do by --plan FILE, and writes each answer to <out>/<lane>.jsonl as it comes:
{"at": seconds since 1970, "ms": until the answer was whole, "status": 200, "error": null}.
Rule: it measures and judges nothing but whether an answer is a decision.
"""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent  # type: ignore[import-untyped] # it has no types
from locust import FastHttpUser, events, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from locust.argument_parser import LocustArgumentParser
    from locust.env import Environment

NO_ANSWER_AFTER = 10.0
TICK = 0.02


class Sheet:
    """The plan, its seats (one an actor's place) and the files that answers are written to."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.seats: Iterator[dict[str, Any]] = itertools.cycle(plan["seats"])
        self._files: dict[str, TextIO] = {}

    def write(self, name: str, row: dict[str, Any]) -> None:
        """Append a row to one of the files."""
        if name not in self._files:
            self._files[name] = (Path(self.plan["out"]) / f"{name}.jsonl").open(
                "a", buffering=1, encoding="utf-8"
            )
        self._files[name].write(json.dumps(row) + "\n")


class Caller(FastHttpUser):
    """Sits in a lane and asks for one decision after the other, each as the next of its people."""

    network_timeout = NO_ANSWER_AFTER
    connection_timeout = NO_ANSWER_AFTER

    def on_start(self) -> None:
        """Take a seat, and begin so that all seats together ask evenly: no bursts."""
        self.seat = next(self.environment.sheet.seats)
        self.people = itertools.cycle(self.seat["people"])
        self.numbers, self.moments = itertools.count(1), itertools.count(1)
        self.begun = time.monotonic() + self.seat["begins_after"]
        gevent.sleep(self.seat["begins_after"])

    def wait_time(self) -> float:
        """Return the seconds until this seat's next moment, whatever the last answer took (an open model)."""
        moment: float = self.begun + next(self.moments) / self.environment.sheet.plan["per_seat"]
        return max(0.0, moment - time.monotonic())

    @task
    def decide(self) -> None:
        """Ask for a decision."""
        person = next(self.people)
        token = {"Authorization": f"Bearer {person['token']}", "Content-Type": "application/json"}
        body = json.dumps(self._body(person["actor"]))
        lane = self.seat["lane"]
        with self.client.post(
            self.seat["url"], data=body, headers={**person["looks"], **token}, name=lane, catch_response=True
        ) as answer:
            if answer.status_code != 200 or b'"decision"' not in (answer.content or b""):
                answer.failure(f"status {answer.status_code}")

    def _body(self, actor: str) -> dict[str, Any]:
        number = next(self.numbers)
        body: dict[str, Any] = self.environment.sheet.plan["body"]
        context = {**body["context"], "source": self.seat["lane"], "repo_id": f"repo-{number % 20}"}
        signal = {**body["signal"], "signal_id": f"{actor}-{number}"}
        return {**body, "context": context, "signal": signal}


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator] # Locust's has no types
def ask_for_the_plan(parser: LocustArgumentParser) -> None:
    """Add --plan."""
    parser.add_argument("--plan", required=True, include_in_web_ui=False)


@events.init.add_listener  # type: ignore[untyped-decorator] # as above
def begin(environment: Environment, **_: object) -> None:
    """Read the plan, and write down every answer."""
    options = environment.parsed_options
    sheet = Sheet(json.loads(Path(str(options and options.plan)).read_text("utf-8")))
    environment.sheet = sheet  # type: ignore[attr-defined] # what Locust hands to every user

    def answered(name: str, response_time: float, exception: object = None, **more: Any) -> None:  # noqa: ANN401 - Locust's
        response = more.get("response")
        row = {
            "at": more.get("start_time"),
            "ms": round(response_time, 3),
            "status": getattr(response, "status_code", 0) or 0,
            "error": None if exception is None else str(exception)[:200],
        }
        sheet.write(name, row)

    environment.events.request.add_listener(answered)  # type: ignore[no-untyped-call] # as above
    gevent.spawn(_watch_ourselves, sheet)


def _watch_ourselves(sheet: Sheet) -> None:
    """Write down how late this process itself is, so that a busy machine is not taken for a slow engine."""
    while True:
        before = time.perf_counter()
        gevent.sleep(TICK)
        late = time.perf_counter() - before - TICK
        sheet.write("generator", {"late_ms": round(max(late, 0.0) * 1000, 3)})
