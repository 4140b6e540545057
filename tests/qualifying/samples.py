"""Defects, findings and hunts as tests need them."""

from __future__ import annotations

from harness.qualifying.judging import judge
from harness.qualifying.record import Defect, Found, Hunted, Place, Result

SCENARIO = "scenarios/features/test_a.py::test_it"


def a_defect(name: str = "late-answer", *requirements: str, deferred: str = "") -> Defect:
    return Defect(
        id=name,
        kind="time",
        requirements=requirements,
        story="It was late.",
        deferred=deferred,
        changes=(Place("engine/a.py", 2, "b = 1\nc", "b = 2\nc"),),
    )


def found(*requirements: str, check: str = SCENARIO, suite: str = "features") -> Found:
    return Found(
        id="F-1",
        check=check,
        suite=suite,
        operation="POST /decide",
        requirements=requirements,
        title="It is wrong.",
    )


def hunted(*findings: Found, late: str = "", unbuilt: str = "", doubts: tuple[str, ...] = ()) -> Hunted:
    return Hunted(
        defect="late-answer",
        seed=1,
        seconds=2.5,
        findings=findings,
        late=late,
        unbuilt=unbuilt,
        doubts=doubts,
    )


def sound(*findings: Found, doubts: tuple[str, ...] = (), looked: tuple[str, ...] = ()) -> Hunted:
    return Hunted(defect="", seed=7, seconds=9.0, findings=findings, doubts=doubts, looked=looked)


def results() -> list[Result]:
    """Return one of each: caught by a scenario, by a check, misblamed, missed, late, unknown, deferred."""
    return [
        judge(a_defect("by-scenario", "FR-1", "FR-3"), hunted(found("FR-9"), found("FR-3"))),
        judge(
            a_defect("by-check", "FR-1"),
            hunted(found("FR-1", check="contract:headers:GET /health", suite="contracts")),
        ),
        judge(a_defect("misblamed", "NFR-5"), hunted(found("FR-2"))),
        judge(a_defect("missed", "NFR-5"), hunted()),
        judge(a_defect("late", "FR-1"), hunted(late="not done after 900 s")),
        judge(a_defect("broken", "FR-12"), hunted(unbuilt="did not start")),
        judge(a_defect("deferred", "NFR-1", deferred="load"), None),
    ]
