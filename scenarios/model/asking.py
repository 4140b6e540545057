"""Asking: a command goes to the engine and to the model, and their answers are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hypothesis.stateful import RuleBasedStateMachine

from scenarios.model.commands import Approve, Command, Decide, ReportOutcome
from scenarios.model.expecting import Answer
from scenarios.model.people import cast_of
from scenarios.model.reference import apply
from scenarios.model.requests import request_of
from scenarios.model.state import State

if TYPE_CHECKING:
    from harness.scenario import Trials

SUCCESS = range(200, 300)
# A third of the decisions that 2,000 steps usually bring; with fewer, what holds nudges back is hardly tried.
OF_NUDGES = 140
DECIDED, NUDGED = "Decide done", "decisions with actions"
WHOLE, DEGRADED = "decisions undegraded", "decisions degraded"
REFUSED = (Approve, ReportOutcome)
KINDS = {
    **{f"{command.__name__} done": 1 for command in get_args(Command)},
    **{f"{command.__name__} refused": 1 for command in REFUSED},
    NUDGED: OF_NUDGES,
}
"""What must have happened so often at least."""


class Asking(RuleBasedStateMachine):
    """One trial: a tenant from its beginning on, and what the model knows of it."""

    def __init__(self, trials: Trials) -> None:
        super().__init__()
        self._trials = trials
        self._trial = trials.begin()
        self.state = State(cast_of(self._trial.people))

    def teardown(self) -> None:
        """End the trial."""
        self._trial.close()

    def does(self, command: Command) -> None:
        """Send a command and compare its answer with what the model expects."""
        expected, request = apply(self.state, command), request_of(self.state, command)
        with self._trials.step(self._trial, expected.requirements):
            reply = self._trial.ask(
                request.method,
                request.path,
                by=self.state.people[command.by],
                body=request.body,
                query=request.query,
            )
            body = reply.raw.json() if reply.status in SUCCESS and reply.raw.body else None
            self.state = expected.read(Answer(reply.status, body))
            self._counts(command, reply.status)

    def _counts(self, command: Command, status: int) -> None:
        """Count what was done and what was refused; of decisions, those that came with actions."""
        kind = type(command).__name__
        if status not in SUCCESS:
            self._trials.count(f"{kind} refused")
            return
        self._trials.count(f"{kind} done")
        if isinstance(command, Decide):
            decision = self.state.decisions[-1]
            self._trials.count(DEGRADED if decision.degraded else WHOLE)
            if decision.nudges:
                self._trials.count(NUDGED)
