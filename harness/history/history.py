"""A run's history as one value: all that a check may look at.

Whose exchanges are whole: those of scenarios and of the preflight. What the contracts stage and the load
sent is in the record only in part, so that nothing is counted there, and nobody's silence proves anything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.history.calls import Call, read_call
from harness.history.party import Party, script_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.control import Entry, Span
    from reports.record import Exchange

ENGINE, PREFLIGHT, NODE, CONTROL = "engine", "preflight", "::", "control:"
SHARED = ""


@dataclass(frozen=True, slots=True)
class Log:
    """What an engine wrote, without its secrets: what `redact` leaves in the place of one."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The engine's metrics, of all replicas, when the run began and when all was over.

    `steady`: asked several times at once it said the same, so that it speaks for all its processes.
    """

    before: str
    after: str
    steady: bool = True


@dataclass(frozen=True, kw_only=True)
class History:
    """All that was recorded. What is None is not ours to look at.

    `own_worlds`: the scenarios with an engine, storage and fakes of their own; of these only the answers and
    the logs are left. `disturbed`: those in which time, storage or the engine's process was touched.
    `fresh`: nobody was here before, so that a tenant of which nothing is recorded yet has its defaults.
    `receipts`: what ERIS holds; `settled`: no more are on their way. `since`: when the run began.
    `cut`: what ended before its time, and how; the last that it asked may be in no record.
    """

    exchanges: tuple[Exchange, ...]
    base_path: str = "/v1/mmm"
    own_worlds: frozenset[str] = frozenset()
    disturbed: frozenset[str] = frozenset()
    since: str = ""
    fresh: bool = True
    receipts: tuple[dict[str, Any], ...] | None = None
    settled: bool = True
    journals: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    numbers: Numbers | None = None
    spans: tuple[Span, ...] | None = None
    logs: tuple[Log, ...] = ()
    cut: str = ""

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """Return each tenant whose exchanges are whole, with all that it asked of one engine."""
        calls: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
        strays: defaultdict[str, list[Call]] = defaultdict(list)
        for exchange in self.exchanges:
            if exchange.side != ENGINE or not is_whole(exchange):
                continue
            call = read_call(exchange, self.base_path)
            person = call.caller
            if person is not None:
                calls[(self._world(exchange), person.tenant_id)].append(call)
            elif call.names_somebody and (call.done or call.doubtful):
                strays[exchange.scenario or ""].append(call)
        return tuple(self._party(key, mine, strays) for key, mine in calls.items())

    @cached_property
    def shared(self) -> tuple[Party, ...]:
        """Return those who asked the engine that everybody shares."""
        return tuple(party for party in self.parties if party.world == SHARED)

    def _party(self, key: tuple[str, str], calls: list[Call], strays: Mapping[str, list[Call]]) -> Party:
        world, tenant = key
        scenarios = {call.exchange.scenario or "" for call in calls}
        return Party(
            world=world,
            tenant=tenant,
            calls=tuple(calls),
            strays=tuple(stray for name in sorted(scenarios) for stray in strays.get(name, ())),
            scripts=tuple(script for name in sorted(scenarios) for script in self._scripts.get(name, ())),
            disturbed=bool(scenarios & self.disturbed),
            fresh=self.fresh or world != SHARED,
        )

    @cached_property
    def _scripts(self) -> Mapping[str, list[tuple[str, Any]]]:
        found: defaultdict[str, list[tuple[str, Any]]] = defaultdict(list)
        for exchange in self.exchanges:
            if exchange.side.startswith(CONTROL) and (script := script_of(exchange)) is not None:
                found[exchange.scenario or ""].append((exchange.side.removeprefix(CONTROL), script))
        return found

    def _world(self, exchange: Exchange) -> str:
        return exchange.scenario if exchange.scenario in self.own_worlds and exchange.scenario else SHARED


def is_whole(exchange: Exchange) -> bool:
    """Tell whether every exchange of whoever had this one is in the record, as it was."""
    return exchange.scenario is not None and (NODE in exchange.scenario or exchange.scenario == PREFLIGHT)
