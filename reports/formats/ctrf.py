"""CTRF (Common Test Report Format) JSON: one test a scenario or check."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from reports.formats.text import to_json
from reports.run import instant

if TYPE_CHECKING:
    from reports.record import ScenarioFinished
    from reports.story import Story

_SPECIFICATION = "0.1.0"
_STATUS = {
    "passed": "passed",
    "failed": "failed",
    "not_exercised": "skipped",
    "blocked": "skipped",
    "unknown": "other",
}


def ctrf(story: Story) -> str:
    """Return the whole report."""
    results = {
        "tool": {"name": "mmm-harness", "version": story.started.toolkit_version},
        "summary": _summary(story),
        "tests": [_test(story, each) for each in story.scenarios],
        "environment": {
            "appName": story.started.target,
            "appVersion": story.started.target_version,
            "testEnvironment": story.started.environment,
            "extra": {"run": story.started.run_id, "seed": story.started.seed},
        },
    }
    return to_json({"reportFormat": "CTRF", "specVersion": _SPECIFICATION, "results": results})


def _summary(story: Story) -> dict[str, int]:
    counted = Counter(_status(each) for each in story.scenarios)
    return {
        "tests": len(story.scenarios),
        **{status: counted[status] for status in ("passed", "failed", "pending", "skipped", "other")},
        "start": _milliseconds(story.started.at),
        "stop": _milliseconds(story.events[-1].at),
    }


def _test(story: Story, scenario: ScenarioFinished) -> dict[str, Any]:
    stop = _milliseconds(scenario.at)
    duration = round(scenario.seconds * 1000)
    finding = story.finding_of(scenario)
    optional = {
        "message": scenario.reason or (finding.title if finding else ""),
        "trace": finding.detail if finding else "",
        "snippet": finding.curl if finding else "",
    }
    return {
        "name": scenario.scenario,
        "status": _status(scenario),
        "duration": duration,
        "start": stop - duration,
        "stop": stop,
        "suite": [scenario.suite],
        "rawStatus": scenario.outcome,
        "tags": [*scenario.requirements],
        **{name: value for name, value in optional.items() if value},
        "extra": {"title": scenario.title, "evidence": [*scenario.kinds], "exchanges": scenario.exchanges},
    }


def _status(scenario: ScenarioFinished) -> str:
    return _STATUS.get(scenario.outcome, "other")


def _milliseconds(at: str) -> int:
    return round(instant(at).timestamp() * 1000)
