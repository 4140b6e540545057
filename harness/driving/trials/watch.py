"""When it is enough: steps, requests and seconds have their bounds.

Rule: what a machine's thread asks is sent by the scenario's own loop, one request after the other.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

_T = TypeVar("_T")


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
