"""A stand-in that conforms passes; one that breaks one thing is found, blamed rightly, and shown."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from reports.record import ExchangeRecorded, Note, ScenarioFinished
from tests.fuzzing import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.fuzzing import Summary
    from reports.record import Event, Finding

    Fuzz = Callable[..., Summary]

ONE, MAKE, LIST = "GET /things/{thing_id}", "POST /things", "GET /things"


def finding_of(summary: Summary, check: str, operation: str) -> Finding:
    found = [each for each in summary.findings if each.key == (f"contract:{check}", operation)]
    assert len(found) == 1, [each.key for each in summary.findings]
    return found[0]


def outcome_of(summary: Summary, scenario: str) -> ScenarioFinished:
    return next(each for each in summary.outcomes if each.scenario == scenario)


def test_a_conforming_engine_passes_and_every_exchange_is_recorded(fuzz: Fuzz, events: list[Event]) -> None:
    with standin.running() as server:
        summary = fuzz(server)

    assert summary.findings == ()
    assert {each.outcome for each in summary.outcomes} == {"passed"}
    assert {each.suite for each in summary.outcomes} == {"contracts"}
    assert {each.kinds for each in summary.outcomes} == {("wire",)}
    assert (
        sum(isinstance(event, ExchangeRecorded) for event in events) == summary.cases == len(server.requests)
    )


def test_nothing_that_reaches_the_engine_says_that_a_test_is_running(fuzz: Fuzz) -> None:
    with standin.running() as server:
        fuzz(server, operations=(LIST,))

    sent = " ".join(server.user_agents).lower()
    assert server.requests
    assert not re.search(r"schemathesis|pytest|hypothesis|python|test", sent)


@pytest.mark.parametrize(
    "case",
    [
        ("fragile", ONE, "not_a_server_error", "NFR-4"),
        ("dies", ONE, "answers", "NFR-4"),
        ("misshapen", MAKE, "response_schema_conformance", "FR-3"),
        ("bare", LIST, "response_headers_conformance", "NFR-7"),
        ("open", LIST, "ignored_auth", "NFR-7"),
        ("credulous", MAKE, "negative_data_rejection", "NFR-4"),
        ("yes-man", MAKE, "negative_data_rejection", "NFR-4"),
        ("no-allow", MAKE, "unsupported_method", "NFR-4"),
    ],
)
def test_a_flaw_is_one_finding_blamed_on_its_requirement(
    fuzz: Fuzz, events: list[Event], case: tuple[str, str, str, str]
) -> None:
    flaw, operation, check, requirement = case

    with standin.running(flaw) as server:
        summary = fuzz(server, operations=(operation,))

    finding = finding_of(summary, check, operation)
    recorded = {event.exchange.id: event.exchange for event in events if isinstance(event, ExchangeRecorded)}
    ended = outcome_of(summary, f"contract:{check}:{operation}")
    assert requirement in finding.requirements
    assert finding.exchanges
    assert finding.seed == 7
    assert recorded[finding.exchanges[-1]].side == "engine"
    assert (ended.outcome, ended.finding) == ("failed", finding.id)
    assert all(token not in repr(events) for token in standin.TOKENS)
    assert not any(each.outcome == "unknown" for each in summary.outcomes)


@pytest.mark.parametrize(
    ("flaw", "check", "requirement"),
    [
        ("forgetful", "ensure_resource_availability", "FR-3"),
        ("shared", "object_level_authorization", "NFR-5"),
    ],
)
def test_a_flaw_that_takes_two_steps_is_found_by_following_links(
    fuzz: Fuzz, flaw: str, check: str, requirement: str
) -> None:
    with standin.running(flaw) as server:
        summary = fuzz(server, operations=(MAKE, ONE), stateful_examples=6)

    finding = finding_of(summary, check, ONE)
    assert finding.requirements == (requirement,)
    assert len(finding.exchanges) >= 2
    assert finding.curl.count("curl ") == len(finding.exchanges)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize(
    ("flaw", "operation", "check", "shows"),
    [
        ("fragile", ONE, "not_a_server_error", " 500 "),
        ("open", LIST, "ignored_auth", " 200 "),
        ("misshapen", MAKE, "response_schema_conformance", "thing-1"),
    ],
)
def test_the_curl_line_of_a_finding_shows_it_again(
    fuzz: Fuzz, flaw: str, operation: str, check: str, shows: str
) -> None:
    token = next(iter(standin.TOKENS))
    with standin.running(flaw) as server:
        finding = finding_of(fuzz(server, operations=(operation,)), check, operation)
        environment = {"PATH": "/usr/bin:/bin", "ENGINE": server.url, "TOKEN_CONTRACTS_ADMIN": token}
        again = subprocess.run(
            ["/bin/sh", "-c", finding.curl.splitlines()[-1]],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip

    assert shows in again.stdout


def test_an_engine_that_shuts_everybody_out_is_neither_blamed_nor_verified(fuzz: Fuzz) -> None:
    with standin.running("shut") as server:
        summary = fuzz(server, operations=(LIST, MAKE))

    assert summary.findings == ()
    assert {each.outcome for each in summary.outcomes} == {"not_exercised"}
    assert all("401" in each.reason for each in summary.outcomes)


def test_a_crash_that_hides_behind_503_is_found(fuzz: Fuzz) -> None:
    with standin.running("hides") as server:
        summary = fuzz(server, operations=(ONE,))

    finding = finding_of(summary, "not_a_server_error", ONE)
    assert finding.requirements == ("NFR-4",)
    assert "503" in finding.detail


@pytest.mark.parametrize("flaw", ["flickers", "goes down"])
def test_a_503_that_passes_or_is_for_everything_is_not_the_input_s_fault(fuzz: Fuzz, flaw: str) -> None:
    with standin.running(flaw) as server:
        summary = fuzz(server, operations=(ONE, MAKE))

    assert not any(each.rule == "contract:not_a_server_error" for each in summary.findings)


def test_a_request_without_an_answer_in_time_is_a_finding(fuzz: Fuzz) -> None:
    with standin.running("hangs") as server:
        summary = fuzz(server, operations=(ONE,), timeout=0.2)

    finding = finding_of(summary, "answers", ONE)
    assert finding.requirements == ("NFR-4",)
    assert finding.curl


def test_of_exchanges_that_show_nothing_wrong_only_so_many_are_kept(
    fuzz: Fuzz, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.fuzzing.fold.PASSING_KEPT", 5)

    with standin.running("no-allow") as server:
        summary = fuzz(server, operations=(MAKE,))

    kept = [event.exchange for event in events if isinstance(event, ExchangeRecorded)]
    wrong = finding_of(summary, "unsupported_method", MAKE)
    assert len(kept) < summary.cases
    assert sum(each.status != 405 for each in kept) == 5
    assert set(wrong.exchanges) <= {each.id for each in kept}


def test_a_run_narrowed_to_a_requirement_tells_of_nothing_else(fuzz: Fuzz) -> None:
    with standin.running("fragile") as server:
        summary = fuzz(server, requirements=("NFR-7",))

    assert summary.outcomes
    assert all("NFR-7" in each.requirements for each in summary.outcomes)
    assert summary.findings == ()


def test_a_requirement_that_no_check_speaks_for_sends_nothing(fuzz: Fuzz) -> None:
    with standin.running() as server:
        summary = fuzz(server, requirements=("PT-MMM-02",))

    assert (summary.cases, summary.outcomes, server.requests) == (0, (), [])


def test_a_route_that_the_preflight_missed_is_not_exercised_and_not_asked_for(fuzz: Fuzz) -> None:
    with standin.running() as server:
        summary = fuzz(server, missing=(ONE,), operations=(MAKE, ONE))

    ended = outcome_of(summary, f"contract:{ONE}")
    assert (ended.outcome, ended.reason) == ("not_exercised", "the preflight found the route missing")
    assert not any(path.startswith("/v1/things/") for _, path, _ in server.requests)


def test_what_a_run_leaves_out_is_not_taken_for_an_unknown_method(fuzz: Fuzz) -> None:
    with standin.running() as server:
        summary = fuzz(server, operations=(LIST, ONE))

    assert summary.findings == ()
    assert not any((method, path) == ("POST", "/v1/things") for method, path, _ in server.requests)


def test_without_an_iam_of_ours_only_public_routes_are_asked(fuzz: Fuzz, events: list[Event]) -> None:
    with standin.running() as server:
        summary = fuzz(server, mint=lambda _: {})

    assert {path.partition("?")[0] for _, path, _ in server.requests} == {"/v1/health"}
    assert outcome_of(summary, f"contract:{MAKE}").outcome == "not_exercised"
    assert any(isinstance(event, Note) and "IAM" in event.text for event in events)


def test_a_run_that_takes_too_long_is_stopped_and_says_what_it_did_not_reach(fuzz: Fuzz) -> None:
    with standin.running() as server:
        summary = fuzz(server, limit_seconds=0.05)

    assert "stopped after" in summary.stopped
    unreached = outcome_of(summary, "contract:GET /health")
    assert (unreached.outcome, unreached.reason) == ("not_exercised", summary.stopped)


def test_a_contract_that_cannot_be_run_leaves_the_operation_unknown(fuzz: Fuzz) -> None:
    broken = standin.document()
    body = broken.raw["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"type": "string", "minLength": 5, "maxLength": 1}

    with standin.running() as server:
        summary = fuzz(server, document=broken, operations=(MAKE,))

    assert any(each.outcome == "unknown" for each in summary.outcomes)
    assert not any(each.outcome == "passed" and MAKE in each.scenario for each in summary.outcomes)


def test_an_engine_that_is_gone_is_one_finding(fuzz: Fuzz) -> None:
    with standin.running("suicidal") as server:
        summary = fuzz(server, operations=(ONE, LIST))

    assert [each.rule for each in summary.findings] == ["contract:answers"]
    assert summary.findings[0].requirements == ("NFR-4",)


def test_same_seed_same_cases(fuzz: Fuzz) -> None:
    runs = []
    for seed in (7, 7, 8):
        with standin.running() as server:
            fuzz(server, seed=seed)
            runs.append(_cases(server))

    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def _cases(server: standin.Standin) -> list[tuple[str, str, bytes]]:
    """Return what was asked, with the engine's own random ids numbered."""
    numbers = {made: f"<{index}>" for index, made in enumerate(server.things)}
    pattern = re.compile("|".join(map(re.escape, numbers)) or "$^")
    return [
        (method, pattern.sub(lambda made: numbers[made[0]], path), body)
        for method, path, body in server.requests
    ]


def test_a_summary_says_it_in_one_line(fuzz: Fuzz) -> None:
    with standin.running("fragile") as server:
        summary = fuzz(server, operations=(ONE,))

    assert re.fullmatch(
        r"\d+ requests \(cases [0-9a-f]{12}\), \d+ checks of operations, \d+ passed, 2 findings", summary.line
    )
