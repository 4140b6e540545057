"""Verdicts follow from hand-written histories, and nothing is green by accident."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.register import Requirement, load_register
from harness.verdicts import Judgement, Selection, Waiver, fold
from reports.record import (
    Attribution,
    Event,
    Finding,
    FindingRecorded,
    LoadMeasured,
    RunStarted,
    ScenarioFinished,
    StageFinished,
    StageStarted,
    Status,
    Verdict,
)

AT = "2026-01-02T03:04:05Z"
REGISTER = {
    "WIRE": Requirement("WIRE", "on the wire", ("1",), ("wire",)),
    "BOTH": Requirement("BOTH", "on the wire and behind", ("1",), ("wire", "dependency", "unit")),
    "LOAD": Requirement("LOAD", "under load", ("1",), ("load",)),
    "UNIT": Requirement("UNIT", "inside", ("1",), ("unit",)),
}


def started(*requirements: str, keyword: str = "") -> RunStarted:
    return RunStarted(
        at=AT,
        run_id="r",
        target="t",
        target_version="1",
        environment="embedded",
        seed=1,
        selection=Selection(requirements, keyword).as_text(),
    )


def scenario(
    outcome: str,
    *requirements: str,
    kinds: tuple[str, ...] | None = None,
    reason: str = "",
    finding: str | None = None,
) -> ScenarioFinished:
    usual = ("wire",) if outcome == "passed" else ()
    return ScenarioFinished(
        at=AT,
        scenario="s",
        suite="features",
        title="It holds.",
        requirements=requirements,
        outcome=outcome,
        seconds=0.1,
        kinds=usual if kinds is None else kinds,
        reason=reason,
        finding=finding,
        exchanges=1,
    )


def finding(*requirements: str, blame: Attribution = Attribution.ENGINE, name: str = "f1") -> FindingRecorded:
    found = Finding(name, "rule", "GET /x", requirements, "It breaks.", "detail", attribution=blame)
    return FindingRecorded(at=AT, finding=found)


def load(*, smoke: bool) -> LoadMeasured:
    return LoadMeasured(
        at=AT,
        lane="ide",
        target_p95_ms=150.0,
        seconds=20.0,
        offered_per_minute=60.0,
        latencies_ms=(1.0,),
        failures=0,
        smoke=smoke,
    )


def judged(*events: Event, waivers: tuple[Waiver, ...] = ()) -> Judgement:
    return fold(REGISTER, (started(), *events), waivers)


def verdict(judgement: Judgement, requirement: str) -> Verdict:
    return next(one for one in judgement.verdicts if one.requirement == requirement)


def test_without_events_nothing_is_exercised() -> None:
    judgement = fold(load_register(), ())

    assert {one.status for one in judgement.verdicts} == {Status.NOT_EXERCISED}
    assert [one.requirement for one in judgement.verdicts] == list(load_register())
    assert judgement.exit_code == 0


def test_every_wanted_kind_exercised_and_passed_is_verified() -> None:
    judgement = judged(scenario("passed", "WIRE", "BOTH", kinds=("wire", "dependency")))

    assert [verdict(judgement, name).status for name in ("WIRE", "BOTH")] == [Status.VERIFIED] * 2
    assert judgement.exit_code == 0
    assert judgement.totals.line().startswith("verdict: PASS verified 2 ")


def test_a_missing_kind_is_named() -> None:
    both = verdict(judged(scenario("passed", "BOTH")), "BOTH")

    assert (both.status, both.missing, both.kinds) == (Status.NOT_EXERCISED, ("dependency",), ("wire",))
    assert both.reason == "not all of it was shown"


def test_what_only_unit_shows_is_never_exercised() -> None:
    judgement = judged(scenario("passed", "UNIT", kinds=("wire", "unit")))

    assert verdict(judgement, "UNIT").status is Status.NOT_EXERCISED


def test_a_finding_violates_what_it_names() -> None:
    judgement = judged(scenario("passed", "WIRE"), finding("WIRE"))

    assert verdict(judgement, "WIRE").status is Status.VIOLATED
    assert verdict(judgement, "WIRE").findings == ("f1",)
    assert judgement.exit_code == 1
    assert judgement.totals.word == "FAIL"


def test_a_failed_scenario_violates_even_without_its_finding() -> None:
    judgement = judged(scenario("failed", "WIRE", finding="lost"))

    assert verdict(judgement, "WIRE").status is Status.VIOLATED


def test_a_failure_blames_what_its_finding_names_and_no_more() -> None:
    judgement = judged(
        finding("BOTH"), scenario("passed", "WIRE"), scenario("failed", "WIRE", "BOTH", finding="f1")
    )

    assert verdict(judgement, "BOTH").status is Status.VIOLATED
    assert verdict(judgement, "WIRE").status is Status.NOT_EXERCISED


def test_a_refused_given_blocks_and_says_by_what() -> None:
    judgement = judged(finding("BOTH"), scenario("blocked", "WIRE", finding="f1"), scenario("passed", "WIRE"))

    wire = verdict(judgement, "WIRE")

    assert (wire.status, wire.reason) == (Status.NOT_EXERCISED, "blocked by f1")


def test_one_scenario_left_out_keeps_a_requirement_from_being_verified() -> None:
    judgement = judged(scenario("passed", "WIRE"), scenario("not_exercised", "WIRE", reason="no clock"))

    wire = verdict(judgement, "WIRE")

    assert (wire.status, wire.reason) == (Status.NOT_EXERCISED, "no clock")
    assert judgement.exit_code == 0


@pytest.mark.parametrize("outcome", ["unknown", "an outcome of tomorrow"])
def test_a_crashed_check_is_unknown(outcome: str) -> None:
    judgement = judged(scenario("passed", "WIRE"), scenario(outcome, "WIRE", reason="KeyError: 'x'"))

    assert verdict(judgement, "WIRE").status is Status.UNKNOWN
    assert "KeyError" in verdict(judgement, "WIRE").reason
    assert judgement.exit_code == 4


@pytest.mark.parametrize(
    "end",
    [(), (StageFinished(at=AT, stage="contracts", seconds=1.0, problem="ended with exit code 5"),)],
    ids=["never ended", "ended badly"],
)
def test_a_broken_stage_makes_what_it_would_have_shown_unknown(end: tuple[Event, ...]) -> None:
    judgement = judged(scenario("passed", "WIRE"), StageStarted(at=AT, stage="contracts"), *end)

    assert verdict(judgement, "WIRE").status is Status.UNKNOWN
    assert verdict(judgement, "LOAD").status is Status.NOT_EXERCISED
    assert judgement.exit_code == 4


def test_violated_comes_before_unknown() -> None:
    judgement = judged(scenario("unknown", "WIRE"), scenario("unknown", "BOTH"), finding("WIRE"))

    assert verdict(judgement, "WIRE").status is Status.VIOLATED
    assert judgement.exit_code == 1


def test_an_environment_finding_is_exit_3_and_violates_nothing() -> None:
    judgement = judged(finding(blame=Attribution.ENVIRONMENT))

    assert judgement.totals.violated == 0
    assert judgement.exit_code == 3


@pytest.mark.parametrize("blame", [Attribution.DEPENDENCY, Attribution.HARNESS])
def test_what_is_not_the_engines_fault_leaves_a_requirement_unknown(blame: Attribution) -> None:
    judgement = judged(scenario("passed", "WIRE"), finding("WIRE", blame=blame))

    assert verdict(judgement, "WIRE").status is Status.UNKNOWN
    assert judgement.exit_code == 4


def test_a_finding_that_blames_nothing_known_is_not_passed_over() -> None:
    judgement = judged(finding("NO-SUCH-ID"))

    assert judgement.exit_code == 4


def test_a_smoke_cannot_verify_load() -> None:
    passed = scenario("passed", "LOAD", kinds=("load",))

    smoke, full = judged(passed, load(smoke=True)), judged(passed, load(smoke=False))

    assert verdict(smoke, "LOAD").status is Status.NOT_EXERCISED
    assert verdict(full, "LOAD").status is Status.VERIFIED


def test_what_was_not_asked_for_is_not_verified_by_the_way() -> None:
    events = (started("BOTH"), scenario("passed", "WIRE", "BOTH", kinds=("wire", "dependency")))

    judgement = fold(REGISTER, events)

    assert verdict(judgement, "BOTH").status is Status.VERIFIED
    assert verdict(judgement, "WIRE").status is Status.NOT_EXERCISED


def test_a_run_narrowed_by_words_verifies_nothing() -> None:
    judgement = fold(REGISTER, (started(keyword="dual or not"), scenario("passed", "WIRE")))

    assert verdict(judgement, "WIRE").status is Status.NOT_EXERCISED
    assert "-k 'dual or not'" in verdict(judgement, "WIRE").reason


@pytest.mark.parametrize(
    ("until", "status"), [("2026-01-02", Status.WAIVED), ("2026-01-01", Status.VIOLATED)]
)
def test_a_waiver_holds_until_its_day(until: str, status: Status) -> None:
    waiver = Waiver("WIRE", "Ada", "known, mended in 1.5", dt.date.fromisoformat(until))

    judgement = judged(finding("WIRE"), waivers=(waiver,))

    assert verdict(judgement, "WIRE").status is status
    assert judgement.exit_code == (0 if status is Status.WAIVED else 1)


def test_a_waiver_does_not_cover_what_nobody_knows() -> None:
    waiver = Waiver("WIRE", "Ada", "whatever", dt.date.max)

    judgement = judged(scenario("unknown", "WIRE"), waivers=(waiver,))

    assert verdict(judgement, "WIRE").status is Status.UNKNOWN


OUTCOMES = st.sampled_from(["passed", "failed", "blocked", "not_exercised", "unknown"])
SOME = st.lists(st.sampled_from(list(REGISTER)), min_size=1, max_size=3, unique=True).map(tuple)
KINDS = st.lists(st.sampled_from(["wire", "dependency", "load"]), unique=True).map(tuple)
SCENARIOS = st.builds(
    lambda outcome, names, kinds: scenario(outcome, *names, kinds=kinds), OUTCOMES, SOME, KINDS
)
HISTORIES = st.lists(st.one_of(SCENARIOS, SOME.map(lambda names: finding(*names))), max_size=8).map(tuple)
GREENNESS = [Status.VIOLATED, Status.UNKNOWN, Status.NOT_EXERCISED, Status.WAIVED, Status.VERIFIED]


@settings(deadline=None)  # a busy machine is no failure
@given(HISTORIES, SOME)
def test_a_failure_more_makes_nothing_greener(history: tuple[Event, ...], names: tuple[str, ...]) -> None:
    before, after = judged(*history), judged(*history, scenario("failed", *names, finding="f9"))

    for old, new in zip(before.verdicts, after.verdicts, strict=True):
        assert GREENNESS.index(new.status) <= GREENNESS.index(old.status)
    assert after.exit_code == 1


@settings(deadline=None)  # a busy machine is no failure
@given(HISTORIES)
def test_totals_count_every_requirement_once(history: tuple[Event, ...]) -> None:
    judgement = judged(*history)

    counts = judgement.totals

    assert counts.verified + counts.violated + counts.not_exercised + counts.waived + counts.unknown == 4


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.text(min_size=1), max_size=3), st.text(), st.lists(st.text(min_size=1), max_size=2))
def test_a_selection_is_read_back_as_it_was_written(names: list[str], word: str, suites: list[str]) -> None:
    selection = Selection(tuple(names), word, tuple(suites))

    assert Selection.from_text(selection.as_text()) == selection


@pytest.mark.parametrize(
    ("suite", "status"), [("contracts", Status.VERIFIED), ("features", Status.NOT_EXERCISED)]
)
def test_a_check_that_drew_nothing_telling_takes_nothing_from_what_was_shown(
    suite: str, status: Status
) -> None:
    drew_nothing = msgspec.structs.replace(scenario("not_exercised", "WIRE", reason="404"), suite=suite)

    judgement = fold(REGISTER, [started(), scenario("passed", "WIRE"), drew_nothing])
    alone = fold(REGISTER, [started(), drew_nothing])

    assert judgement.verdicts[0].status is status
    assert alone.verdicts[0].status is Status.NOT_EXERCISED
