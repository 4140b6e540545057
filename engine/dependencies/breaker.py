"""A circuit breaker: consecutive failures open it, after a rest exactly one trial decides.

A module of our own: the libraries for asyncio let any number of trials through once half-open, and take a
cancelled trial for a success or a failure (docs/engine.md has what was seen of each).
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from engine.dependencies.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class State(IntEnum):
    """The values of the metric mmm_circuit_state."""

    CLOSED = 0
    OPEN = 1
    HALF_OPEN = 2


@dataclass(slots=True)
class Breaker:
    """Lives in one process, for one dependency."""

    name: str
    failures_to_open: int
    recovery_seconds: float
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _opened_at: float | None = None
    _trial: bool = field(default=False)

    @property
    def state(self) -> State:
        """Return the state as of now."""
        if self._opened_at is None:
            return State.CLOSED
        rested = self.clock() - self._opened_at >= self.recovery_seconds
        return State.HALF_OPEN if rested else State.OPEN

    @property
    def lets_through(self) -> bool:
        """Say whether a call made now would be let through."""
        state = self.state
        return state is State.CLOSED or (state is State.HALF_OPEN and not self._trial)

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Guard one attempt: UnavailableError within is a failure, an answer (a refusal too) is a success.

        A cancelled attempt proves nothing either way, and only hands a trial back; nor does one that began
        before the circuit opened and ends after.
        """
        if not self.lets_through:
            raise UnavailableError(self.name, "circuit open")
        trial = self.state is State.HALF_OPEN
        self._trial = self._trial or trial
        try:
            yield
        except UnavailableError:
            self._fail(trial=trial)
            raise
        except RefusedError:
            self._succeed(trial=trial)
            raise
        else:
            self._succeed(trial=trial)
        finally:
            self._trial = self._trial and not trial

    def _succeed(self, *, trial: bool) -> None:
        if trial or self._opened_at is None:
            self._failures = 0
            self._opened_at = None

    def _fail(self, *, trial: bool) -> None:
        self._failures += 1
        if trial or (self._opened_at is None and self._failures >= self.failures_to_open):
            self._opened_at = self.clock()
