"""Traceability: each requirement, what showed it, what came of it, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reports.formats.faults import outcome_of
from reports.formats.text import to_json
from reports.record import Finding, Verdict

if TYPE_CHECKING:
    from reports.record import FaultInjected, ScenarioFinished
    from reports.story import Story


def traceability(story: Story) -> str:
    """Return the whole chain as JSON."""
    started, totals = story.started, story.totals
    return to_json(
        {
            "run": msgspec.to_builtins(started),
            "verdict": {
                "word": totals.word,
                "line": totals.line(),
                "totals": msgspec.to_builtins(totals),
                "exit_code": story.exit_code,
                "finished": story.finished is not None,
            },
            "requirements": [_requirement(story, verdict) for verdict in story.verdicts],
            "findings": [
                msgspec.to_builtins(finding) | {"repeats": story.repeats[finding.id]}
                for finding in story.findings
            ],
            "faults": [_untagged(fault) | {"outcome": outcome_of(story, fault)} for fault in story.faults],
        }
    )


def read_traceability(text: bytes) -> tuple[tuple[Verdict, ...], tuple[Finding, ...]]:
    """Return the verdicts and the findings of a pack's traceability.json."""
    whole = msgspec.json.decode(text)
    verdicts = tuple(
        msgspec.convert({"requirement": each["id"], "findings": each["findings"], **each["verdict"]}, Verdict)
        for each in whole["requirements"]
    )
    findings = ({name: each[name] for name in Finding.__struct_fields__} for each in whole["findings"])
    return verdicts, msgspec.convert(list(findings), tuple[Finding, ...])


def _untagged(fault: FaultInjected) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(fault).items() if name != "type"}


def _requirement(story: Story, verdict: Verdict) -> dict[str, Any]:
    described = story.described(verdict.requirement)
    return {
        "id": verdict.requirement,
        "text": described.text,
        "see": described.see,
        "shown": described.shown,
        "awaits": described.awaits,
        "verdict": {
            "status": verdict.status.value,
            "reason": verdict.reason,
            "kinds": verdict.kinds,
            "missing": verdict.missing,
        },
        "scenarios": [_scenario(each) for each in story.scenarios_of(verdict.requirement)],
        "findings": [finding.id for finding in story.findings_of(verdict)],
    }


def _scenario(scenario: ScenarioFinished) -> dict[str, Any]:
    whole = msgspec.to_builtins(scenario)
    return {
        name: whole[name] for name in ("scenario", "suite", "title", "outcome", "kinds", "reason", "finding")
    }
