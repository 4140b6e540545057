"""Trials: the many attempts of a Hypothesis state machine, each in a tenant of its own.

Rules: a machine is synchronous and our client is not, so Hypothesis has a thread, and what a trial asks is
sent by the scenario's own loop, one request after the other. A trial is recorded aside; the run gets one of
them: the shortest that shows the mismatch, or the last where there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, cast
from urllib.parse import urlsplit

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

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence

    from hypothesis.stateful import RuleBasedStateMachine

    from fakes.control import IamControl
    from harness.driving.names import Names
    from harness.driving.reply import Reply
    from harness.worlds import World
    from reports.record import Exchange, Persona

LONGEST_STORY = 40
_T = TypeVar("_T")
# What any engine owes, whatever a model says.
_RULES: dict[type[EngineBreachError], str] = {
    EngineBreachError: "an answer lacks what it must have",
    MalformedAnswerError: "an answer cannot be read",
    NoAnswerError: "there is no answer",
}


class EnoughError(BaseException):
    """Ends Hypothesis at once: it is no Exception, which would be taken for one more failure to shrink."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is tried: so many steps, in trials of so many moves, of one step or more each.

    An answer that took longer than `patience` seconds is not waited for again, to shrink the way to it.
    """

    steps: int
    moves: int
    seconds: float = 600.0
    shrink_seconds: float = 60.0
    shrink_requests: int = 4000
    patience: float = 2.0


class Machine(Protocol):
    """A Hypothesis state machine that notes its moves (in its trial), and can make them again."""

    def repeat(self, moves: Sequence[Any]) -> None:
        """Make these moves, in a new trial, as far as they are possible."""

    def teardown(self) -> None:
        """End the trial."""


class Trial:
    """One attempt: client, people and record of its own. `moves`: what its machine says that it did."""

    def __init__(self, engine: EngineClient, recorder: Recorder, watch: Watch) -> None:
        self.people: People = engine.people
        self.recorder = recorder
        self.moves: list[Any] = []
        self._engine = engine
        self._watch = watch

    def ask(
        self,
        method: str,
        path: str,
        *,
        by: Persona,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request and wait for its answer, in the machine's own thread."""
        self._watch.goes_on()
        return self._watch.wait(self._engine.call(method, path, by=by, body=body, query=query))

    def close(self) -> None:
        """Close its connections."""
        self._watch.wait(self._engine.aclose())

    @property
    def asked(self) -> list[Exchange]:
        """Return what the engine was asked so far."""
        return self.recorder.engine_exchanges


class Watch:
    """Knows the loop that sends, how many requests were sent, and when it is enough."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bounds: Bounds) -> None:
        self.bounds = bounds
        self.requests = 0
        self.ended = False
        self.cut_off = ""
        self._loop = loop
        self._ends = time.monotonic() + bounds.seconds
        self._most: int | None = None

    def shrinks(self) -> None:
        """Begin to count for the shrinking."""
        self._ends = time.monotonic() + self.bounds.shrink_seconds
        self._most = self.requests + self.bounds.shrink_requests

    def goes_on(self) -> None:
        """Let one more request go out, if there is still time and room for it."""
        if time.monotonic() > self._ends:
            self.stops("time was up")
        if self._most is not None and self.requests >= self._most:
            self.stops(f"{self.bounds.shrink_requests} requests were spent on it")
        self.requests += 1

    def stops(self, why: str) -> NoReturn:
        """End it all, earlier than it would have ended."""
        self.cut_off = why
        self.ends(why)

    def ends(self, why: str) -> NoReturn:
        """End it all."""
        self.ended = True
        raise EnoughError(why)

    def wait(self, call: Coroutine[object, object, _T]) -> _T:
        """Have the loop do something, and wait for it."""
        try:
            return asyncio.run_coroutine_threadsafe(call, self._loop).result()
        except CancelledError:  # the scenario is over: nobody waits for this thread any more
            self.stops("the scenario was ended")


class Trials:
    """Begins trials, counts steps, and keeps the trial that is worth it."""

    def __init__(self, world: World, names: Names, iam: IamControl | None, recorder: Recorder) -> None:
        self.counts: Counter[str] = Counter()
        self.steps = 0
        self.number = 0
        self._world = world
        self._names = names
        self._iam = iam
        self._recorder = recorder
        self._watch: Watch | None = None
        self._last: Trial | None = None
        self._first: tuple[MismatchError, int] | None = None
        self._best: tuple[MismatchError, Trial] | None = None
        self._seen = 0
        self._crash: Exception | None = None

    def begin(self) -> Trial:
        """Begin a trial among people of a new tenant."""
        assert self._watch is not None, "a machine runs in `run` alone"
        self.number += 1
        recorder = Recorder(self._recorder.scenario, lambda _: None)
        people = People(self._names, self._names.tenant())
        engine = EngineClient(self._world, people, Wallet(self._iam, recorder), recorder)
        return Trial(engine, recorder, self._watch)

    def count(self, kind: str) -> None:
        """Count something; while a sequence is made shorter, nothing counts."""
        if self._first is None:
            self.counts[kind] += 1

    @contextlib.contextmanager
    def step(self, trial: Trial, requirements: Sequence[str]) -> Iterator[None]:
        """Take in what comes of a step, and count it; `requirements`: what a wrong answer breaks at least.

        A crash of ours ends it all, and so do steps enough.
        """
        assert self._watch is not None, "a machine runs in `run` alone"
        if self._first is None and self.steps >= self._watch.bounds.steps:
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
        self._last = trial
        trial.recorder.claim()
        if self._first is None:
            self.steps += 1

    def _mismatch(self, error: MismatchError, trial: Trial) -> NoReturn:
        """Take a mismatch in. With the first, nothing more is drawn; another than that one is not it."""
        assert self._watch is not None, "a machine runs in `run` alone"
        trial.recorder.claim()
        if self._first is None:
            self._first, self._best = (error, len(trial.asked)), (error, trial)
            self._watch.ends("there is a mismatch")
        if error.check == self._first[0].check:
            self._seen += 1
            self._best = (error, trial)
        raise error

    async def run(self, machine: Callable[[Trials], Machine], bounds: Bounds) -> None:
        """Run a machine to its end; raise the mismatch, if there is one, with the shortest way to it."""
        self._watch = watch = Watch(asyncio.get_running_loop(), bounds)
        await asyncio.to_thread(self._run, machine, bounds)
        if self._crash is not None:
            raise self._crash
        self._recorder.note(f"model: {self.summary()}")
        if self._best is not None:
            error, trial = self._best
            self._recorder.adopt(trial.recorder, error.check)
            raise MismatchError(error.rule, f"{error.detail} ({self._story(trial)})", error.requirements)
        if self._last is not None:
            self._recorder.adopt(self._last.recorder, self._recorder.scenario)
        if watch.cut_off:
            few = f"only {self.steps} of {bounds.steps} steps in {bounds.seconds:g} s"
            not_exercised(f"{few}: the engine, or this machine, is too slow")

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
        if self._best is not None:
            with contextlib.suppress(EnoughError):
                self._shorten(machine, self._best[1])

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
        seen, again = self._seen, machine(self)
        try:
            with contextlib.suppress(MismatchError):
                again.repeat(moves)
        finally:
            again.teardown()
        return self._seen > seen

    def summary(self) -> str:
        """Say how many steps of which kind were made."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.counts.items()))
        return f"{self.steps} steps, seed {self._world.seed}: {kinds}"

    def made_each(self, kinds: Iterable[str]) -> None:
        """Make the scenario unknown where something of which it tells was never done."""
        if never := [kind for kind in kinds if not self.counts[kind]]:
            raise VacuousClaimError(f"in {self.steps} steps it never came to: {', '.join(never)}")

    def made_often(self, kind: str, of: str, share: float) -> None:
        """Make the scenario unknown where something came of too few of its steps."""
        if self.counts[kind] < share * self.counts[of] or not self.counts[of]:
            few = f"{self.counts[kind]} of {self.counts[of]}"
            raise VacuousClaimError(f"{kind} came of too few: {few}, not {share:.0%} of {of}")

    def _story(self, trial: Trial) -> str:
        """Tell the steps, and how they were found."""
        assert self._watch is not None
        assert self._first is not None
        was, now = self._first[1], len(trial.asked)
        how = f"{now} step" + ("s" if now > 1 else "") + (f", shrunk from {was}" if now < was else "")
        if self._watch.cut_off:
            how += f"; shrinking was cut off: {self._watch.cut_off}"
        elif not self._seen and len(trial.moves) > 1:
            how += "; the same again did not show it again"
        told = [f"{number}. {told_step(one)}" for number, one in enumerate(trial.asked, 1)]
        left_out = [f"… {now - LONGEST_STORY} before"] if now > LONGEST_STORY else []
        return f"{how}: " + "; ".join(left_out + told[-LONGEST_STORY:])


def told_step(exchange: Exchange) -> str:
    """Say who asked for what, and what the answer was."""
    who = exchange.persona.name if exchange.persona else "nobody"
    path = urlsplit(exchange.url).path
    return f"{who} {exchange.method} {path} {exchange.status or 'no answer'}"


def _rule_of(error: EngineBreachError) -> str:
    """Return the rule of the nearest kind that has one."""
    return next(_RULES[kind] for kind in type(error).__mro__ if kind in _RULES)
