"""The model's machine on an engine in this very process: no socket, no loop, no harness between them."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from harness.driving.names import Names
from harness.driving.people import People
from harness.driving.recorder import Recorder
from harness.driving.reply import RawReply, Reply
from harness.driving.trials import EnoughError
from harness.scenario import MismatchError
from scenarios.model.machine import Machine
from tests.scenarios.other_engine import Caller, OtherEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.scenario import Persona, Trials


class LocalTrial:
    def __init__(self, engine: OtherEngine, people: People) -> None:
        self.people = people
        self.asked: list[str] = []
        self.moves: list[object] = []
        self._engine = engine
        self._recorder = Recorder("local", lambda _: None)

    def ask(
        self,
        method: str,
        path: str,
        *,
        by: Persona,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        caller = Caller(by.sub, by.tenant_id, frozenset(by.roles), frozenset(by.scope), by.actor_type)
        sent = json.loads(json.dumps(body))
        status, answer = self._engine.answer(caller, method, unquote(path), dict(query or {}), sent)
        content = b"" if answer is None else json.dumps(answer).encode()
        self.asked.append(f"{by.name} {method} {path} {json.dumps(body, sort_keys=True)}")
        return Reply(RawReply(f"{method} {path}", status, (), content, 0.0, "1"), self._recorder)

    def close(self) -> None:
        """There is nothing to close."""


class LocalTrials:
    """What the machine needs of trials; nothing is made shorter here."""

    def __init__(self, defect: str | None, number: int, most: int) -> None:
        self.counts: Counter[str] = Counter()
        self.trials: list[LocalTrial] = []
        self.steps = 0
        self.most = most
        self.found: tuple[MismatchError, LocalTrial] | None = None
        self._engine = OtherEngine(defect)
        self._names = Names(number, "local")

    def begin(self) -> LocalTrial:
        self.trials.append(LocalTrial(self._engine, People(self._names, self._names.tenant())))
        return self.trials[-1]

    def count(self, kind: str) -> None:
        self.counts[kind] += 1

    @contextlib.contextmanager
    def step(self, trial: LocalTrial, requirements: Sequence[str]) -> Iterator[None]:
        assert requirements
        if self.steps == self.most and self.found is None:
            raise EnoughError("all steps were made")
        self.steps += 1
        try:
            yield
        except MismatchError as error:
            self.found = (error, trial)
            raise


def run_locally(
    defect: str | None = None, *, number: int = 1, steps: int = 2000, moves: int = 34
) -> LocalTrials:
    """Run the machine as a scenario would."""
    local = LocalTrials(defect, number, steps)

    class Local(Machine):
        def __init__(self) -> None:
            super().__init__(cast("Trials", local))  # it has what a machine needs of them

    chosen = settings(
        max_examples=steps,
        stateful_step_count=moves,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    # Chance decides between equals in that engine: it may hide what it has shown.
    with contextlib.suppress(MismatchError, EnoughError, Flaky):
        run_state_machine_as_test(seed(number)(Local), settings=chosen)
    return local
