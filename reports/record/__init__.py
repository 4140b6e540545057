"""The record: plain, frozen data that the run emits and every report consumes.

Rule: no behaviour, no I/O; a report or a check is a function of these.
"""

from reports.record.events import (
    CoverageDeclared,
    CoverageObserved,
    EngineStarted,
    Event,
    ExchangeRecorded,
    FaultInjected,
    FindingRecorded,
    LoadMeasured,
    Note,
    ReceiptsCollected,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    Setting,
    StageFinished,
    StageStarted,
)
from reports.record.exchange import Exchange, Message, Persona
from reports.record.finding import Attribution, Finding
from reports.record.verdict import Status, Totals, Verdict

__all__ = [
    "Attribution",
    "CoverageDeclared",
    "CoverageObserved",
    "EngineStarted",
    "Event",
    "Exchange",
    "ExchangeRecorded",
    "FaultInjected",
    "Finding",
    "FindingRecorded",
    "LoadMeasured",
    "Message",
    "Note",
    "Persona",
    "ReceiptsCollected",
    "RunFinished",
    "RunStarted",
    "ScenarioFinished",
    "Setting",
    "StageFinished",
    "StageStarted",
    "Status",
    "Totals",
    "Verdict",
]
