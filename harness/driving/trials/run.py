"""Trials: the many attempts of a Hypothesis state machine, each in a tenant of its own.

Rules: a machine is synchronous and our client is not, so Hypothesis has a thread, and what a trial asks is
sent by the scenario's own loop, one request after the other. A trial is recorded aside; the run gets one of
them: the shortest that shows the mismatch, or the last where there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, NoReturn, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from harness.driving.engine import EngineClient
from harness.driving.failures import (
    EngineBreachError,
    MalformedAnswerError,
    MismatchError,
    NoAnswerError,
    VacuousClaimError,
    not_exercised,
)
from harness.driving.people import People, Wallet
from harness.driving.recorder import Recorder
from harness.driving.shortening import shortened
from harness.driving.trials.seen import Seen
from harness.driving.trials.trial import Trial
from harness.driving.trials.watch import EnoughError, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hypothesis.stateful import RuleBasedStateMachine

    from fakes.control import IamControl
    from harness.driving.names import Names
    from harness.driving.trials.trial import Machine
    from harness.driving.trials.watch import Bounds
    from harness.worlds import World

PATIENT = 3
"""How many times the steps are made, at most, where something rare has not come yet."""
# What any engine owes, whatever a model says.
_RULES: dict[type[EngineBreachError], str] = {
    EngineBreachError: "an answer lacks what it must have",
    MalformedAnswerError: "an answer cannot be read",
    NoAnswerError: "there is no answer",
}


class Trials(Seen):
    """Begins trials, and lets Hypothesis draw what is done in them."""

    def __init__(self, world: World, names: Names, iam: IamControl | None, recorder: Recorder) -> None:
        super().__init__()
        self.number = 0
        self._world = world
        self._names = names
        self._iam = iam
        self._recorder = recorder
        self._watch: Watch | None = None
        self._kinds: Mapping[str, int] = {}
        self._crash: Exception | None = None

    def begin(self) -> Trial:
        """Begin a trial among people of a new tenant."""
        assert self._watch is not None, "a machine runs in `run` alone"
        self.number += 1
        recorder = Recorder(self._recorder.scenario, lambda _: None)
        people = People(self._names, self._names.tenant())
        engine = EngineClient(self._world, people, Wallet(self._iam, recorder), recorder)
        return Trial(engine, recorder, self._watch)

    @contextlib.contextmanager
    def step(self, trial: Trial, requirements: Sequence[str]) -> Iterator[None]:
        """Take in what comes of a step, and count it; `requirements`: what a wrong answer breaks at least.

        A crash of ours ends it all, and so do steps enough.
        """
        assert self._watch is not None, "a machine runs in `run` alone"
        if self.first is None and self._enough(self._watch.bounds.steps):
            self._watch.ends("all steps were made")
        try:
            yield
        except MismatchError as error:
            self._mismatch(error, trial)
        except EngineBreachError as error:
            self._mismatch(MismatchError(_rule_of(error), str(error), requirements), trial)
        except Exception as crash:
            self._crash = crash
            self._watch.ended = True
            raise EnoughError("the machine itself crashed") from crash
        self.stepped(trial)

    def _mismatch(self, error: MismatchError, trial: Trial) -> NoReturn:
        """Take a mismatch in. With the first, nothing more is drawn; another than that one is not it."""
        assert self._watch is not None, "a machine runs in `run` alone"
        if self.mismatched(error, trial):
            self._watch.ends("there is a mismatch")
        raise error

    def _enough(self, steps: int) -> bool:
        """Tell whether all steps were made; a kind that was too rare is waited for, but not for ever."""
        return self.steps >= steps and (not self.too_rare(self._kinds) or self.steps >= PATIENT * steps)

    async def run(
        self, machine: Callable[[Trials], Machine], bounds: Bounds, kinds: Mapping[str, int]
    ) -> None:
        """Run a machine to its end; raise the mismatch, if there is one, with the shortest way to it.

        Each of `kinds` must have been counted so often by then: as long as one was not, up to `PATIENT` times
        as many steps are made. Raises VacuousClaimError where one still was not, or none is named.
        """
        if not kinds:
            raise VacuousClaimError("no kind of step is named that must have been made: name one at least")
        self._kinds = kinds
        self._watch = watch = Watch(asyncio.get_running_loop(), bounds)
        await asyncio.to_thread(self._run, machine, bounds)
        if self._crash is not None:
            raise self._crash
        self._recorder.note(f"model: {self.summary()}")
        if self.best is not None:
            error, trial = self.best
            story = self.story(trial, self.first[1] if self.first else 0, watch.cut_off)
            self._recorder.adopt(trial.recorder, error.check)
            raise MismatchError(error.rule, f"{error.detail} ({story})", error.requirements)
        if self.last is not None:
            self._recorder.adopt(self.last.recorder, self._recorder.scenario)
        rare = ", ".join(self.too_rare(kinds))
        if watch.cut_off and (rare or self.steps < bounds.steps):
            few = f"too few {rare}"
            if self.steps < bounds.steps:
                few = f"only {self.steps} of {bounds.steps} steps"
            not_exercised(f"{few} in {bounds.seconds:g} s: the engine, or this machine, is too slow")
        if rare:
            raise VacuousClaimError(f"{self.steps} steps came too rarely to: {rare}")

    def _run(self, machine: Callable[[Trials], Machine], bounds: Bounds) -> None:
        """Let Hypothesis draw until there is a mismatch or enough; make the way to a mismatch short."""

        def begun() -> Machine:
            return machine(self)

        # Hypothesis says it wants a class; a function that returns a machine will do, and knows these trials.
        factory = cast("type[RuleBasedStateMachine]", seed(self._world.seed)(begun))
        chosen = settings(
            max_examples=bounds.steps,
            stateful_step_count=bounds.moves,
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        try:
            with contextlib.suppress(EnoughError):
                run_state_machine_as_test(factory, settings=chosen)
        except Flaky:
            # Where we end a trial that began like an earlier one, Hypothesis takes that for flakiness.
            assert self._watch is not None
            if not self._watch.ended:
                raise
        if self.best is not None:
            with contextlib.suppress(EnoughError):
                self._shorten(machine, self.best[1])

    def _shorten(self, machine: Callable[[Trials], Machine], trial: Trial) -> None:
        """Make the way to a mismatch as short as it gets within bounds."""
        assert self._watch is not None
        if trial.asked[-1].seconds > self._watch.bounds.patience:
            self._watch.stops("its last answer takes too long to be asked for again and again")
        self._watch.shrinks()
        # A mismatch that does not come again from the very same moves cannot be made shorter.
        if len(trial.moves) > 1 and self._shows(machine, trial.moves):
            shortened(trial.moves, lambda moves: self._shows(machine, moves))

    def _shows(self, machine: Callable[[Trials], Machine], moves: Sequence[Any]) -> bool:
        """Tell whether these moves lead to the mismatch in a new tenant."""
        before, again = self.again, machine(self)
        try:
            with contextlib.suppress(MismatchError):
                again.repeat(moves)
        finally:
            again.teardown()
        return self.again > before

    def summary(self) -> str:
        """Say how many steps of which kind were made."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.counts.items()))
        return f"{self.steps} steps, seed {self._world.seed}: {kinds}"


def _rule_of(error: EngineBreachError) -> str:
    """Return the rule of the nearest kind that has one."""
    return next(_RULES[kind] for kind in type(error).__mro__ if kind in _RULES)
