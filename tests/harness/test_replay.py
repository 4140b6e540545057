"""What a replay rests on: what the run has kept, how a step is told, and when a finding is seen again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.processes import ConfigurationError, CrashedError
from harness.repeating import Step
from harness.stages.recollection import Recollection, recall
from harness.stages.replay import seen_again
from reports.record import (
    EngineStarted,
    Event,
    Exchange,
    ExchangeRecorded,
    Finding,
    FindingRecorded,
    Message,
    RunStarted,
    ScenarioFinished,
    Setting,
)
from reports.run import EventLog

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-11-23T09:12:00.000000Z"
SCENARIO = "scenarios/resilience/test_eris.py::test_it[goes_down]"
START = RunStarted(at=AT, run_id="r", target="t", target_version="1", environment="embedded", seed=11)
PLAYBOOK = "0b7c1e7a-5d1b-4f0e-9a43-0f4f5a1c2d3e"


def exchange(name: str, scenario: str | None, side: str = "engine", path: str = "/v1/mmm/decide") -> Exchange:
    url, nothing = f"http://127.0.0.1:1{path}", Message((), "")
    return Exchange(
        id=name, at=AT, side=side, method="POST", url=url, request=nothing, status=200, scenario=scenario
    )


def finding(rule: str, *exchanges: str, requirements: tuple[str, ...] = ("FR-12",)) -> Finding:
    return Finding("F-1", rule, "POST /decide", requirements, "Lost.", "", exchanges=exchanges)


def own_engine(scenario: str, **settings: Setting) -> EngineStarted:
    return EngineStarted(at=AT, url="http://127.0.0.1:1", seconds=1.0, scenario=scenario, settings=settings)


def run_of(tmp_path: Path, *events: Event) -> Path:
    with EventLog(tmp_path, "mmm") as log:
        for event in (START, *events):
            log.emit(event)
    return tmp_path


def found(*findings: Finding) -> list[Event]:
    return [FindingRecorded(at=AT, finding=each) for each in findings]


def test_the_settings_of_the_world_that_it_was_seen_in_are_recalled(tmp_path: Path) -> None:
    run = run_of(
        tmp_path,
        own_engine("scenarios/another.py::test_it", breaker_recovery_seconds=9),
        own_engine(SCENARIO, breaker_recovery_seconds=1),
        ExchangeRecorded(at=AT, exchange=exchange("x-1", SCENARIO)),
        *found(finding(SCENARIO, "x-1")),
    )

    seen = recall(run, "F-1")

    assert (seen.scenario, seen.own_world, seen.seed) == (SCENARIO, True, 11)
    assert seen.settings == {"breaker_recovery_seconds": 1}


@pytest.mark.parametrize(
    ("said", "environment"),
    [
        ("embedded", "embedded"),
        ("light", "light"),
        ("containers, database given", "containers"),
        ("given", "embedded"),
    ],
)
def test_a_run_is_repeated_on_storage_like_its_own(said: str, environment: str, tmp_path: Path) -> None:
    with EventLog(tmp_path, "mmm") as log:
        log.emit(msgspec.structs.replace(START, environment=said))
        log.emit(ExchangeRecorded(at=AT, exchange=exchange("x-1", SCENARIO)))
        log.emit(found(finding(SCENARIO, "x-1"))[0])

    assert recall(tmp_path, "F-1").environment == environment


def test_a_refused_given_belongs_to_the_scenario_whose_steps_it_has(tmp_path: Path) -> None:
    refused = finding("given a decision leaves a receipt", "x-1")
    exchanged = ExchangeRecorded(at=AT, exchange=exchange("x-1", SCENARIO))

    seen = recall(run_of(tmp_path, own_engine(SCENARIO), exchanged, *found(refused)), "F-1")

    assert seen.scenario == SCENARIO
    assert (seen.own_world, seen.settings) == (True, {})


def test_a_check_that_is_no_scenario_stands_in_the_shared_world(tmp_path: Path) -> None:
    exchanged = ExchangeRecorded(at=AT, exchange=exchange("x-1", "contract:POST /decide"))

    seen = recall(run_of(tmp_path, exchanged, *found(finding("server_error", "x-1"))), "F-1")

    assert (seen.scenario, seen.own_world, seen.settings) == (None, False, None)


def test_a_run_from_before_settings_were_told_is_readable(tmp_path: Path) -> None:
    exchanged = ExchangeRecorded(at=AT, exchange=exchange("x-1", SCENARIO))
    run = run_of(tmp_path, exchanged, *found(finding(SCENARIO, "x-1")))
    old = f'{{"type":"EngineStarted","at":"{AT}","url":"u","seconds":1.0,"scenario":"{SCENARIO}"}}\n'
    (run / "events" / "old.jsonl").write_text(old, encoding="utf-8")

    seen = recall(run, "F-1")

    assert (seen.own_world, seen.settings) == (True, None)


def test_of_several_that_saw_it_the_first_stands_for_all(tmp_path: Path) -> None:
    exchanged = [ExchangeRecorded(at=AT, exchange=exchange(f"x-{n}", f"a.py::test_{n}")) for n in (1, 2)]
    refused = [finding("given a playbook is created", f"x-{number}") for number in (1, 2)]

    assert recall(run_of(tmp_path, *exchanged, *found(*refused)), "F-1").scenario == "a.py::test_1"


@pytest.mark.parametrize(("name", "line"), [("F-2", "no such finding"), ("F-1", "no recorded exchange")])
def test_what_cannot_be_recalled_is_one_line(name: str, line: str, tmp_path: Path) -> None:
    run = run_of(tmp_path, *found(finding(SCENARIO, "x-9")))

    with pytest.raises(ConfigurationError, match=line):
        recall(run, name)


def test_what_the_engine_itself_sent_cannot_be_repeated(tmp_path: Path) -> None:
    sent = [ExchangeRecorded(at=AT, exchange=exchange("x-1", None, side="policy", path="/nowhere"))]
    run = run_of(tmp_path, *sent, *found(finding("consumer contract of policy: path.unknown", "x-1")))

    with pytest.raises(ConfigurationError, match=r"^F-1: the engine itself sent that to policy, so a replay"):
        recall(run, "F-1")


def test_what_only_the_preflight_shows_over_a_whole_run_cannot_be_repeated(tmp_path: Path) -> None:
    seen = [ExchangeRecorded(at=AT, exchange=exchange("x-1", "preflight"))]
    run = run_of(tmp_path, *seen, *found(finding("history: ids: one id in two tenants", "x-1")))

    with pytest.raises(ConfigurationError, match=r"^F-1: only a whole run shows that, and no scenario of it"):
        recall(run, "F-1")


def ended(outcome: str) -> ScenarioFinished:
    return ScenarioFinished(
        at=AT,
        scenario=SCENARIO,
        suite="resilience",
        title="T.",
        requirements=("FR-12",),
        outcome=outcome,
        seconds=0.1,
    )


SEEN = Recollection(
    finding=finding(SCENARIO, "x-1"), exchanges=(exchange("x-1", SCENARIO),), seed=1, scenario=SCENARIO
)


@pytest.mark.parametrize("outcome", ["failed", "blocked"])
def test_a_scenario_that_breaks_the_same_requirement_shows_it_again(outcome: str) -> None:
    again = finding("given a decision leaves a receipt", requirements=("FR-12", "NFR-7"))

    assert seen_again([*found(again), ended(outcome)], SEEN) is True


def test_a_scenario_that_passes_shows_that_it_is_gone() -> None:
    assert seen_again([ended("passed")], SEEN) is False


def test_what_a_history_showed_is_seen_again_in_the_history_of_the_scenario_alone() -> None:
    seen = dataclasses.replace(SEEN, finding=finding("history: quotas: more than max_actions_per_hour"))
    again, other = finding(seen.finding.rule), finding("history: receipts: no receipt of a decision")
    idle = msgspec.structs.replace(ended("not_exercised"), scenario="history: traces", suite="history")

    assert seen_again([ended("passed"), idle, *found(again)], seen) is True
    assert seen_again([ended("passed"), idle, *found(other)], seen) is False


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], "came to no end"),
        ([ended("unknown")], "came to no end"),
        ([ended("not_exercised")], "came to no end"),
        ([*found(finding("given", requirements=("FR-3",))), ended("blocked")], r"F-1 \[FR-3\] came first"),
    ],
)
def test_anything_else_leaves_it_open(events: list[Event], why: str) -> None:
    with pytest.raises(CrashedError, match=why):
        seen_again(events, SEEN)


def test_a_step_says_then_and_now_and_fits_a_terminal() -> None:
    long = exchange("x-1", None, path=f"/v1/mmm/playbooks/{PLAYBOOK}/publish")
    script = exchange("x-2", None, side="control:eris", path="/__fake__/scripts")
    endless = exchange("x-3", None, path="/v1/mmm/" + "a" * 200)

    assert Step(long, 403, same=False).line(7, 80) == (
        "  7. then 200, now 403  POST /v1/mmm/playbooks/0b7c1e7a/publish"
    )
    assert Step(script, None, same=False, note="ReadTimeout").line(12, 80) == (
        " 12. then 200, now none (ReadTimeout)  eris: POST /scripts"
    )
    assert len(Step(endless, 200, same=True).line(1, 80)) == 80
