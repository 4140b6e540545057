"""JUnit XML: one test case a scenario or check, for whatever shows CI results.

failed → failure, unknown → error, not exercised and blocked → skipped.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reports.formats.text import one_line, printable

if TYPE_CHECKING:
    from reports.record import Finding, ScenarioFinished
    from reports.story import Story

_ELEMENTS = {"failed": "failure", "unknown": "error", "not_exercised": "skipped", "blocked": "skipped"}


def junit(story: Story) -> str:
    """Return the whole report."""
    root = ET.Element("testsuites", _counts(story.scenarios) | {"name": printable(story.started.target)})
    for suite, scenarios in groupby(story.scenarios, key=lambda each: each.suite):
        root.append(_suite(story, suite, list(scenarios)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(story: Story, name: str, scenarios: list[ScenarioFinished]) -> ET.Element:
    start = min(each.at for each in scenarios)
    suite = ET.Element("testsuite", _counts(scenarios) | {"name": printable(name), "timestamp": start})
    suite.extend(_case(story, each) for each in scenarios)
    return suite


def _counts(scenarios: list[ScenarioFinished] | tuple[ScenarioFinished, ...]) -> dict[str, str]:
    elements = [_ELEMENTS.get(each.outcome) for each in scenarios]
    return {
        "tests": str(len(scenarios)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(elements.count("skipped")),
        "time": f"{sum(each.seconds for each in scenarios):.3f}",
    }


def _case(story: Story, scenario: ScenarioFinished) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=printable(scenario.suite),
        name=printable(scenario.scenario),
        time=f"{scenario.seconds:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    values = [("title", scenario.title), ("outcome", scenario.outcome)]
    values += [("requirement", each) for each in scenario.requirements]
    values += [("evidence", kind) for kind in scenario.kinds]
    for name, value in values:
        ET.SubElement(properties, "property", name=name, value=printable(value))
    if element := _ELEMENTS.get(scenario.outcome):
        case.append(_outcome(element, scenario, story.finding_of(scenario)))
    return case


def _outcome(element: str, scenario: ScenarioFinished, finding: Finding | None) -> ET.Element:
    message = scenario.reason or (finding.title if finding else scenario.outcome)
    if scenario.outcome == "blocked":
        message = f"blocked by {scenario.finding}: {message}"
    outcome = ET.Element(element, message=one_line(message))
    if element != "skipped":
        outcome.set("type", finding.attribution.value if finding else scenario.outcome)
        outcome.text = printable(f"{finding.detail}\n\n{finding.curl}") if finding else printable(message)
    return outcome
