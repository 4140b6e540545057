"""One tenant, and all that it asked of one engine."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.driving.names import spelled_out
from harness.history.calls import member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.history.calls import Call
    from reports.record import Exchange

# A run of letters and digits so long that it names one thing: the random end of a name, or an id's part.
_RUN = re.compile(r"[A-Za-z0-9]{8,}")


@dataclass(frozen=True)
class Party:
    """A tenant in a world ("": the shared one). Its calls are in the order in which they began.

    `strays`: calls of the same scenarios, of nobody who is surely known, which may have been its own.
    `scripts`: what was scripted in its scenarios, and for which dependency. `disturbed` and `fresh`: see
    History.
    """

    world: str
    tenant: str
    calls: tuple[Call, ...]
    strays: tuple[Call, ...] = ()
    scripts: tuple[tuple[str, Any], ...] = ()
    disturbed: bool = False
    fresh: bool = True

    def of(self, operations: Iterable[str]) -> Iterator[Call]:
        """Yield its calls of these operations."""
        wanted = frozenset(operations)
        return (call for call in self.calls if call.operation in wanted)

    def doubts(self, operations: Iterable[str]) -> int:
        """Count the calls of these operations of which nobody knows whether they did anything."""
        wanted = frozenset(operations)
        return sum(call.doubtful for call in self.of(wanted)) + sum(
            stray.operation in wanted for stray in self.strays
        )

    def scripted(self, dependency: str) -> bool:
        """Tell whether a dependency was told to answer otherwise for it, or for everybody."""
        return any(name == dependency and self._meant(script) for name, script in self.scripts)

    @cached_property
    def knows(self) -> frozenset[str]:
        """Return the runs of letters and digits that it said itself, or was meant to be told."""
        said = (f"{spelled_out(call.exchange.url)} {_text(call)}" for call in (*self.calls, *self.strays))
        people = (f"{call.caller.sub} {call.caller.tenant_id}" for call in self.calls if call.caller)
        told = (json.dumps(member(script, "reply")) for _, script in self.scripts if self._meant(script))
        return frozenset(run for text in (*said, *people, *told) for run in runs(text))

    def _meant(self, script: object) -> bool:
        return member(script, "match", "tenant") in {None, self.tenant}


def runs(text: str) -> list[str]:
    """Return the runs of letters and digits that are long enough to name one thing.

    >>> runs("tenant-ab12cd34ef has 2")
    ['ab12cd34ef']
    """
    return _RUN.findall(text)


def script_of(exchange: Exchange) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a call of the control API scripts; None where it scripts nothing."""
    if not exchange.url.endswith("/scripts") or exchange.method != "POST":
        return None
    try:
        return json.loads(exchange.request.body)
    except ValueError:
        return None


def _text(call: Call) -> str:
    headers = " ".join(value for _, value in call.exchange.request.headers)
    return f"{headers} {call.exchange.request.body}"
