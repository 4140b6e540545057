"""A check's outcome follows from what it could look at and what it found; a finding can be acted upon."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.register import load_register
from harness.history import CHECKS, Check, History, judge_history
from harness.verdicts import fold
from reports.record import FindingRecorded, ScenarioFinished, Status
from tests.history.sound import Run, begin

if TYPE_CHECKING:
    from reports.record import Event


def outcomes(events: list[Event]) -> dict[str, str]:
    return {event.scenario: event.outcome for event in events if isinstance(event, ScenarioFinished)}


def test_a_sound_run_passes_every_check_with_the_evidence_that_was_there() -> None:
    run = Run()
    begin(run, 2)

    events = list(judge_history(run.history(), 1))

    assert set(outcomes(events).values()) == {"passed"}
    kinds = {event.scenario: event.kinds for event in events if isinstance(event, ScenarioFinished)}
    assert kinds["history: receipts"] == ("dependency", "wire")
    assert kinds["history: quotas"] == ("wire",)
    assert kinds["history: logs"] == ("log",)


def test_a_check_with_nothing_to_look_at_is_not_exercised() -> None:
    events = list(judge_history(History(exchanges=()), 1))

    assert set(outcomes(events).values()) == {"not_exercised"}
    assert len(events) == len(CHECKS)


def test_a_check_that_crashes_is_unknown() -> None:
    def crashes(_: History) -> dict[str, int]:
        raise ZeroDivisionError("by nothing")

    check = Check(name="it", title="It.", requirements=("FR-12",), looks=crashes, breaches=lambda _: ())

    events = list(judge_history(History(exchanges=()), 1, [check]))

    (event,) = events
    assert isinstance(event, ScenarioFinished)
    assert (event.outcome, event.requirements) == ("unknown", ("FR-12",))
    assert "ZeroDivisionError: by nothing" in event.reason
    verdict = next(one for one in fold(load_register(), events).verdicts if one.requirement == "FR-12")
    assert verdict.status is Status.UNKNOWN


def test_where_a_request_may_be_missing_nothing_is_counted() -> None:
    run = Run()
    (tenant, _) = begin(run, 2)
    # As a decision leaves it that nobody waited for any more.
    run.receipt(tenant, "decision", decision_id=run.new_id())
    whole, cut = run.history(), replace(run.history(), cut="scenarios: not done after 900 s")

    judged, doubted = list(judge_history(whole, 1)), list(judge_history(cut, 1))

    assert outcomes(judged)["history: receipts"] == "failed"
    assert [event for event in doubted if isinstance(event, FindingRecorded)] == []
    unknown = {name for name, outcome in outcomes(doubted).items() if outcome == "unknown"}
    assert unknown == {f"history: {name}" for name in ("receipts", "quotas", "disabled", "metrics", "traces")}


def test_a_finding_has_what_led_to_it_and_how_to_see_it_again() -> None:
    run = Run()
    tenants = begin(run, 2)
    for _ in range(2):
        run.decide_beyond(tenants[1], tenants[1].person("developer", 3), 4)
    decide = run.exchanges[-2]

    events = list(judge_history(run.history(), 11))

    (finding,) = [event.finding for event in events if isinstance(event, FindingRecorded)]
    mine = [one.id for one in run.exchanges if one.scenario == tenants[1].scenario]
    assert finding.rule == "history: quotas: more than max_actions_per_hour"
    assert finding.operation == "POST /decide"
    assert finding.requirements == ("FR-7",)
    assert finding.exchanges == tuple(mine[: mine.index(decide.id) + 1])
    assert finding.curl.startswith('curl -sS -X POST "$ENGINE/v1/mmm/decide"')
    assert "$TOKEN_DEVELOPER_3" in finding.curl
    assert finding.seed == 11
    ended = next(
        event for event in events if isinstance(event, ScenarioFinished) and event.finding == finding.id
    )
    assert (ended.scenario, ended.outcome) == ("history: quotas", "failed")


def test_every_check_speaks_for_requirements_of_the_register_and_gives_what_they_ask_for() -> None:
    register = load_register()

    for check in CHECKS:
        assert 1 <= len(check.requirements) <= 3
        assert set(check.requirements) <= register.keys()


def test_what_a_history_could_not_look_at_leaves_no_requirement_open() -> None:
    run = Run()
    begin(run, 2)
    idle = list(judge_history(History(exchanges=()), 1))
    passed = ScenarioFinished(
        at="2026-03-01T12:00:00Z",
        scenario="scenarios/features/test_it.py::test_it",
        suite="features",
        title="It.",
        requirements=("FR-12",),
        outcome="passed",
        seconds=0.1,
        kinds=("dependency",),
    )

    verdicts = {one.requirement: one.status for one in fold(load_register(), [*idle, passed]).verdicts}

    assert verdicts["FR-12"] is Status.VERIFIED
