"""Coverage as a run tells it: shares that are never rounded up, reasons that excuse nothing touched."""

from __future__ import annotations

import json

import pytest

from reports.formats.coverage import Coverage, coverage_json, coverage_of, read_coverage
from reports.record import CoverageDeclared, CoverageObserved, Event, RunStarted

AT = "2026-03-02T10:15:00Z"
POINTS = {
    "operations": ("GET /a", "GET /b"),
    "parameters": (),
    "status_codes": ("GET /a 200", "GET /a 413", "GET /b 200"),
    "enum_values": ('GET /a 200.x = "1"',),
    "branches": ("GET /a 200.x given",),
}


def started(selection: str = "") -> RunStarted:
    return RunStarted(
        at=AT, run_id="r", target="t", target_version="1", environment="light", seed=1, selection=selection
    )


def observed(observer: str, *points: str) -> CoverageObserved:
    return CoverageObserved(at=AT, observer=observer, points=points)


def declared(unreached: dict[str, str] | None = None) -> CoverageDeclared:
    return CoverageDeclared(at=AT, points=POINTS, unreached=unreached or {})


def coverage(*events: Event) -> Coverage:
    found = coverage_of([started(), *events])
    assert found is not None
    return found


def percent(of: Coverage, kind: str) -> float:
    share = of.of(kind)
    assert share is not None
    return share.percent


def test_what_several_processes_touched_is_one_whatever_their_order() -> None:
    one, other = observed("a", "GET /a", "GET /a 200"), observed("b", "GET /b", "GET /a 200")

    together = coverage(one, declared(), other)

    assert together == coverage(other, one, declared())
    assert percent(together, "operations") == 100
    assert percent(together, "status_codes") == 33.3
    assert together.observers == ("a", "b")


def test_a_reason_takes_a_point_out_only_while_it_is_not_touched() -> None:
    reason = {"GET /a 413": "left to the engine"}
    both = ("GET /a 200", "GET /b 200")

    without = coverage(declared(reason), observed("a", *both)).of("status_codes")
    touched = coverage(declared(reason), observed("a", "GET /a 200", "GET /a 413")).of("status_codes")

    assert without is not None
    assert (without.percent, without.wanted) == (100, 2)
    assert [each.point for each in without.excused] == ["GET /a 413"]
    assert touched is not None
    assert (touched.percent, touched.wanted) == (66.6, 3)
    assert touched.excused == ()


def test_a_point_that_nobody_declared_counts_nowhere() -> None:
    assert percent(coverage(declared(), observed("a", "GET /c")), "operations") == 0


def test_a_share_is_never_rounded_up() -> None:
    many = tuple(f"GET /{number}" for number in range(2000))
    whole = CoverageDeclared(at=AT, points={"operations": many})

    assert percent(coverage(whole, observed("a", *many[:-1])), "operations") == 99.9
    assert percent(coverage(whole, observed("a", *many)), "operations") == 100


def test_the_line_names_what_a_release_asks_and_a_narrowed_run() -> None:
    events: list[Event] = [declared(), observed("a", "GET /a", "GET /b", "GET /a 200")]

    whole, narrowed = coverage(*events), coverage_of([started("--suite features"), *events])

    told = "operations 100 % of 2, status codes 33.3 % of 3, enum values 0 % of 1, branches 0 % of 1"
    assert " ".join(line.strip() for line in whole.lines()) == f"contract coverage: {told}"
    assert narrowed is not None
    assert narrowed.lines()[0].startswith("contract coverage of a narrowed run: operations 100 % of 2,")


def test_what_is_excused_is_told_beside_the_share_in_lines_that_fit_a_terminal() -> None:
    many = tuple(f"GET /{number}" for number in range(231))
    whole = CoverageDeclared(
        at=AT,
        points=dict.fromkeys(("operations", "status_codes", "enum_values", "branches"), many),
        unreached=dict.fromkeys(many[:115], "why"),
    )

    lines = coverage(whole, observed("a", *many[115:])).lines()

    share = "100 % of 116 (115 excused)"
    told = ", ".join(f"{kind} {share}" for kind in ("operations", "status codes", "enum values", "branches"))
    assert " ".join(line.strip() for line in lines) == f"contract coverage: {told}"
    assert max(map(len, lines)) <= 80


def test_a_run_that_never_said_what_there_is_has_no_coverage() -> None:
    assert coverage_of([started(), observed("a", "GET /a")]) is None


@pytest.mark.parametrize("touched", [(), ("GET /a", "GET /a 413")])
def test_a_pack_says_what_the_run_said(touched: tuple[str, ...]) -> None:
    told = coverage(declared({"GET /b": "why"}), observed("a", *touched))

    text = coverage_json(told)

    assert read_coverage(text.encode()) == told
    assert json.loads(text)["numbers"]["operations"]["touched"] == len({"GET /a"} & set(touched))
