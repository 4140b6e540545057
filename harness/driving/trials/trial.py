"""One trial: what a machine asks of an engine in a tenant of its own, recorded aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.driving.engine import EngineClient
    from harness.driving.people import People
    from harness.driving.recorder import Recorder
    from harness.driving.reply import Reply
    from harness.driving.trials.watch import Watch
    from reports.record import Exchange, Persona


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
