"""A fault on its way to one request: it answers for the stage, and behaves on the wire as the fault will."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from fakes.shape.errors import RefusedError
from fakes.shape.health import unhealthy

if TYPE_CHECKING:
    from fakes.http.answer import Answer
    from fakes.http.link import Link
    from fakes.http.request import Request
    from fakes.shape.faults import Fault
    from fakes.shape.line import Line
    from fakes.shape.receiving import Received
    from fakes.shape.scripts import Script
    from fakes.shape.stage import Stage


class Strike:
    """The Conduct of its connection and the Scene of the fault."""

    link: Link

    def __init__(self, stage: Stage, received: Received, line: Line, script: Script, fault: Fault) -> None:
        self._stage = stage
        self._received = received
        self._line = line
        self._script = script
        self._fault = fault

    @property
    def request(self) -> Request:
        """Return what was asked."""
        return self._received.call.request

    async def run(self, link: Link) -> None:
        """Let the fault strike."""
        self.link = link
        await self._fault.strike(self)

    def over(self) -> None:
        """Take note that the fault has done what it does."""
        self._stage.ended(self._received, self._line)

    def normally(self) -> Answer:
        """Process the request as if nothing were wrong."""
        return self._stage.normal(self._received)

    def error(self, status: int) -> Answer:
        """Return an error of this status in the fake's own shape; health has one of its own."""
        call = self._received.call
        return unhealthy(call, status) or self._stage.error(call, RefusedError(status, "scripted"))

    def breaks(self, answer: Answer) -> bool:
        """Say whether this answer would break the fake's own contract."""
        return self._stage.breaks(self._received, answer)

    def random(self, seed: int) -> Random:
        """Return numbers that depend on the seed and on how often the fault has struck before."""
        return Random(f"{seed}/{self._script.hits}")  # noqa: S311 -- to be repeatable is its purpose

    def struck(self) -> None:
        """Note that the fault strikes now; not where the client has gone before."""
        if not self.link.lost:
            self._stage.struck(self._line, self._script)

    def journaled(self, answer: Answer) -> Answer:
        """Journal an answer that is sent in another way, and return it as it is to be sent."""
        self._line.answer = sent = self._stage.whole(self._received, answer)
        return sent

    def answer(self, answer: Answer) -> None:
        """Journal and send an answer."""
        self.link.answer(self.journaled(answer))
