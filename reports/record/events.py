"""What happens in a run, one frozen value each, in the order in which it happened.

`at` is always RFC 3339 with offset. Processes of one run write files of their own; `at` merges them.
"""

from __future__ import annotations

import msgspec

from reports.record.exchange import Exchange
from reports.record.finding import Finding
from reports.record.verdict import Verdict

Setting = str | int | float | bool


class _Event(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Anything that happened; `at` is when."""

    at: str


class RunStarted(_Event, frozen=True, tag=True, kw_only=True):
    """The run began. `selection` says how it was narrowed ("" when it was not)."""

    run_id: str
    target: str
    target_version: str
    environment: str
    seed: int
    selection: str = ""
    toolkit_version: str = ""


class StageStarted(_Event, frozen=True, tag=True, kw_only=True):
    """A part of the run began: services, engine, preflight, scenarios, contracts, resilience, load, …."""

    stage: str


class StageFinished(_Event, frozen=True, tag=True, kw_only=True):
    """A part of the run ended, well or badly (`problem`: one line, empty when well)."""

    stage: str
    seconds: float
    summary: str = ""
    problem: str = ""


class EngineStarted(_Event, frozen=True, tag=True, kw_only=True):
    """An engine is ready. `seconds` is from the start of its process; None when it was attached to.

    `scenario`: whose world it stands in; None: everybody's. `settings`: what was changed for that world, by
    our names of the settings; None: nobody has told.
    """

    url: str
    seconds: float | None
    replicas: int = 1
    scenario: str | None = None
    settings: dict[str, Setting] | None = None


class ExchangeRecorded(_Event, frozen=True, tag=True, kw_only=True):
    """A request was sent and answered, or not."""

    exchange: Exchange


class FaultInjected(_Event, frozen=True, tag=True, kw_only=True):
    """A scenario's fault is over; `at` is when it was healed.

    `dependency`: who misbehaved ("engine": its process). `fault`: the kind, then its settings ("reset",
    "delay 1.0 s"). `operation`: None: whatever was asked. `fired_at`: each time it really struck, so that an
    empty one never came into play (of a line to storage the first thousand: a client may try in a loop).
    """

    scenario: str
    dependency: str
    fault: str
    operation: str | None = None
    armed_at: str
    fired_at: tuple[str, ...] = ()


class FindingRecorded(_Event, frozen=True, tag=True, kw_only=True):
    """A breach was observed."""

    finding: Finding


class ScenarioFinished(_Event, frozen=True, tag=True, kw_only=True):
    """One scenario, check or contract rule ended.

    `outcome`: passed; failed (the engine broke the requirement: a finding says how); blocked (a given was
    refused: `finding` says by which); not_exercised (could not be looked at: `reason`); unknown (the check
    crashed or was vacuous: `reason`).
    `kinds` are the kinds of evidence it really looked at (wire, dependency, log, storage, time, load).
    """

    scenario: str
    suite: str
    title: str
    requirements: tuple[str, ...]
    outcome: str
    seconds: float
    kinds: tuple[str, ...] = ()
    reason: str = ""
    finding: str | None = None
    exchanges: int = 0


class LoadMeasured(_Event, frozen=True, tag=True, kw_only=True):
    """A load run ended: every answer's latency in milliseconds, by lane (ide, ci), and how it was made."""

    lane: str
    target_p95_ms: float
    seconds: float
    offered_per_minute: float
    latencies_ms: tuple[float, ...]
    failures: int
    smoke: bool


class ReceiptsCollected(_Event, frozen=True, tag=True, kw_only=True):
    """The receipts that ERIS holds at the end, as canonical JSON lines in chain order, with the check."""

    receipts: tuple[str, ...]
    chain_problems: tuple[str, ...]


class CoverageDeclared(_Event, frozen=True, tag=True, kw_only=True):
    """What there is to cover of the engine's contract: every point by kind, in order.

    `unreached`: why a point need not be touched; it is listed apart where it was not.
    """

    points: dict[str, tuple[str, ...]]
    unreached: dict[str, str] = {}


class CoverageObserved(_Event, frozen=True, tag=True, kw_only=True):
    """What one process has touched of the engine's contract, told at its end."""

    observer: str
    points: tuple[str, ...]


class Note(_Event, frozen=True, tag=True, kw_only=True):
    """A sentence for the reader: what could not be controlled, a deviation in force, a fault unfired."""

    text: str


class RunFinished(_Event, frozen=True, tag=True, kw_only=True):
    """The run ended and was judged."""

    verdicts: tuple[Verdict, ...]
    exit_code: int


Event = (
    RunStarted
    | StageStarted
    | StageFinished
    | EngineStarted
    | ExchangeRecorded
    | FaultInjected
    | FindingRecorded
    | ScenarioFinished
    | LoadMeasured
    | ReceiptsCollected
    | CoverageDeclared
    | CoverageObserved
    | Note
    | RunFinished
)
