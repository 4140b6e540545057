"""A stand-in that conforms passes every check; one that breaks one thing is found, and blamed rightly."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.driving.sent import sent_secrets
from harness.fuzzing.mapping import OURS
from harness.probing.checks import CHECKS, WATCHED
from reports.record import ExchangeRecorded, FindingRecorded, Note, ScenarioFinished
from tests.probing import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.probing import Summary
    from reports.record import Event, Finding

    Probe = Callable[..., Summary]

PAGE = Path(__file__).parent.parent.parent / "docs" / "contracts.md"
DECIDE, CREATE, LIST = "POST /decide", "POST /playbooks", "GET /playbooks"
UPDATE, DELETE = "PUT /playbooks/{playbook_id}", "DELETE /playbooks/{playbook_id}"
PUBLISH = "POST /playbooks/{playbook_id}/publish"
WANTS, WANT = "GET /actors/{actor_id}/preferences", "PUT /actors/{actor_id}/preferences"
ERASE, HEALTH = "DELETE /actors/{actor_id}", "GET /health"
CONFORMING = {
    "no_token": {DECIDE, CREATE, LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE},
    "bad_token": {DECIDE, CREATE, LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE},
    "wrong_scope": {DECIDE, LIST},
    "wrong_role": {CREATE, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE},
    "other_tenant": {DECIDE, CREATE, LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE},
    "nasty_input": {DECIDE, CREATE, LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE, HEALTH},
    "request_id": {DECIDE, CREATE, LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE, HEALTH},
    "use_after_delete": {DELETE, ERASE},
    "mass_assignment": {DECIDE, CREATE, UPDATE, WANT},
    "repeated": {LIST, UPDATE, DELETE, PUBLISH, WANTS, WANT, ERASE},
}


FLAWS = [
    ("open", LIST, "no_token", ("NFR-7",)),
    ("open", CREATE, "no_token", ("ST-MMM-01", "NFR-7")),
    ("credulous", DECIDE, "bad_token", ("ST-MMM-02", "NFR-7")),
    ("by prefix", LIST, "wrong_scope", ("NFR-7",)),
    ("by substring", PUBLISH, "wrong_role", ("ST-MMM-01", "NFR-7")),
    ("shared", PUBLISH, "other_tenant", ("NFR-5",)),
    ("open list", LIST, "other_tenant", ("NFR-5",)),
    ("one for all", WANT, "other_tenant", ("NFR-5",)),
    ("fragile", LIST, "nasty_input", ("NFR-4",)),
    ("fragile", WANT, "nasty_input", ("NFR-4",)),
    ("hides", LIST, "nasty_input", ("NFR-4",)),
    ("bare", DELETE, "security_headers", ("NFR-7",)),
    ("other shape", DELETE, "error_model", ("NFR-7",)),
    ("chatty", LIST, "error_model", ("NFR-7",)),
    ("nameless", HEALTH, "request_id", ("NFR-7",)),
    ("monotonous", LIST, "request_id", ("NFR-7",)),
    ("parrot", HEALTH, "request_id", ("NFR-7",)),
    ("indiscreet", DELETE, "secret_echoed", ("NFR-7",)),
    ("careless", CREATE, "secret_echoed", ("NFR-7",)),
    ("undead", DELETE, "use_after_delete", ("FR-3",)),
    ("faithful", ERASE, "use_after_delete", ("PR-MMM-02", "NFR-3")),
    ("obedient", CREATE, "mass_assignment", ("FR-3", "NFR-4")),
    ("promoting", UPDATE, "mass_assignment", ("FR-3", "NFR-4")),
    ("once only", PUBLISH, "repeated", ("FR-3",)),
    ("growing", UPDATE, "repeated", ("FR-3",)),
]


def finding_of(summary: Summary, rule: str, operation: str) -> Finding:
    found = [each for each in summary.findings if each.key == (f"contract:{rule}", operation)]
    assert len(found) == 1, [(each.key, each.detail) for each in summary.findings]
    return found[0]


def test_a_conforming_engine_passes_every_check_on_every_operation_that_it_is_about(probe: Probe) -> None:
    with standin.running() as server:
        summary = probe(server)

    passed: dict[str, set[str]] = {}
    for each in summary.outcomes:
        _, rule, operation = each.scenario.split(":", 2)
        passed.setdefault(rule, set()).add(operation)
    assert [(each.key, each.detail) for each in summary.findings] == []
    assert Counter(each.outcome for each in summary.outcomes).keys() == {"passed"}
    assert {each.suite for each in summary.outcomes} == {"contracts"}
    assert {rule: passed[rule] for rule in CONFORMING} == CONFORMING
    assert passed["security_headers"] == passed["response_time"] == CONFORMING["request_id"]
    assert passed["error_model"] == CONFORMING["request_id"]


@pytest.mark.parametrize("case", FLAWS, ids=lambda case: f"{case[0]}-{case[2]}")
def test_a_flaw_is_found_and_blamed_on_its_requirement(
    probe: Probe, events: list[Event], case: tuple[str, str, str, tuple[str, ...]]
) -> None:
    flaw, operation, rule, blamed = case

    with standin.running(flaw) as server:
        summary = probe(server, operations=(operation,), requirements=blamed[:1])

    finding = finding_of(summary, rule, operation)
    recorded = {event.exchange.id: event.exchange for event in events if isinstance(event, ExchangeRecorded)}
    ended = next(each for each in summary.outcomes if each.finding == finding.id)
    assert set(finding.requirements) == {*blamed}
    assert ended.scenario == f"contract:{rule}:{operation}"
    assert (ended.outcome, ended.kinds, finding.seed) == ("failed", ("wire",), 7)
    assert finding.exchanges
    assert {recorded[name].side for name in finding.exchanges} == {"engine"}
    assert finding.curl.count("curl ") == len(finding.exchanges)
    assert all(token not in repr(events) for token in server.people)
    assert not any(each.outcome == "unknown" for each in summary.outcomes)


@pytest.mark.parametrize(
    ("habit", "operation"),
    [("lively", UPDATE), ("stumbles", LIST), ("gone", DELETE)],
    ids=["counts revisions and sorts anew", "is overrun for a moment", "says that it is gone"],
)
def test_what_is_left_to_an_engine_is_no_flaw(probe: Probe, habit: str, operation: str) -> None:
    with standin.running(habit) as server:
        summary = probe(server, operations=(operation,))

    assert [(each.key, each.detail) for each in summary.findings] == []
    assert {each.outcome for each in summary.outcomes} == {"passed"}


@pytest.mark.parametrize(("habit", "operation"), [("deep", LIST), ("numbers", PUBLISH), ("deep", UPDATE)])
def test_an_answer_that_nobody_could_expect_crashes_no_check(
    probe: Probe, habit: str, operation: str
) -> None:
    with standin.running(habit) as server:
        summary = probe(server, operations=(operation,))

    assert "unknown" not in {each.outcome for each in summary.outcomes}
    assert server.requests


def test_ids_that_are_no_texts_are_said_to_be_none(probe: Probe) -> None:
    with standin.running("numbers") as server:
        summary = probe(server, operations=(PUBLISH,), requirements=("NFR-5",))

    (ended,) = summary.outcomes
    assert (ended.outcome, ended.reason) == (
        "not_exercised",
        "there is nothing to ask about: the playbook_id in an answer is no text (1 times)",
    )


def test_what_no_answer_has_a_place_for_was_not_seen_to_be_ignored(probe: Probe) -> None:
    with standin.running("silent") as server:
        summary = probe(server, operations=(CREATE,))

    ended = {each.scenario.split(":")[1]: each for each in summary.outcomes}
    assert ended["mass_assignment"].outcome == "not_exercised"
    assert "no answer has a place for" in ended["mass_assignment"].reason


def test_where_nothing_can_be_read_nobody_says_that_it_stayed_the_same(probe: Probe) -> None:
    with standin.running() as server:
        summary = probe(server, operations=(PUBLISH,), missing=(LIST, WANTS))

    ended = {each.scenario.split(":")[1]: each for each in summary.outcomes}
    for rule in ("other_tenant", "repeated"):
        assert ended[rule].outcome == "not_exercised"
        assert "nothing can be read" in ended[rule].reason


def test_the_credentials_that_are_sent_are_in_no_record_and_noted_for_who_reads_logs(
    probe: Probe, events: list[Event], tmp_path: Path
) -> None:
    with standin.running("careless") as server:
        finding = finding_of(probe(server, operations=(CREATE,)), "secret_echoed", CREATE)

    noted = sent_secrets(tmp_path)
    told = msgspec.json.encode(events).decode()
    assert noted
    assert all(any(secret.encode() in body for _, _, body in server.requests) for secret in noted)
    assert not any(secret in told or secret in finding.curl for secret in noted)
    assert "AKIA" not in told


def test_an_answer_that_is_late_once_more_and_again_is_found(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.probing.scene.SLOWEST", 0.1)

    with standin.running("slow") as server:
        summary = probe(server, operations=(HEALTH,), requirements=("NFR-1",))

    assert finding_of(summary, "response_time", HEALTH).requirements == ("NFR-1",)


def test_an_engine_that_hangs_is_given_up_soon_and_is_a_finding_for_each_operation_that_was_asked(
    probe: Probe,
) -> None:
    with standin.running("hangs") as server:
        summary = probe(server, operations=(LIST, WANTS), timeout=0.2)

    assert {each.rule for each in summary.findings} == {"contract:answers"}
    assert finding_of(summary, "answers", LIST).requirements == ("NFR-4",)
    assert summary.requests <= 4
    others = {each.outcome for each in summary.outcomes if ":answers:" not in each.scenario}
    assert others == {"not_exercised"}


def test_every_check_of_ours_is_made_told_in_the_docs_and_shown_to_fail_here() -> None:
    told = re.findall(r"^\| (`.+?`) \|", PAGE.read_text("utf-8"), flags=re.MULTILINE)

    assert {*CHECKS, *WATCHED, "answers"} == OURS.keys()
    assert {rule for _, _, rule, _ in FLAWS} | {"response_time", "answers"} == OURS.keys()
    assert {name.strip("`") for cell in told for name in cell.split(", ")} == OURS.keys()
    assert all(ours.source for ours in OURS.values())


def test_an_engine_that_goes_down_on_the_way_is_not_blamed(probe: Probe) -> None:
    with standin.running("goes down") as server:
        summary = probe(server, operations=(LIST,))

    assert summary.findings == ()
    assert any("a dependency is down" in each.reason for each in summary.outcomes)


def test_an_engine_that_shuts_everybody_out_is_neither_blamed_nor_verified(probe: Probe) -> None:
    with standin.running("shut") as server:
        summary = probe(server, operations=(LIST, CREATE))

    checked = [each for each in summary.outcomes if each.scenario.split(":")[1] in CONFORMING]
    assert summary.findings == ()
    assert checked
    assert {each.outcome for each in checked} == {"not_exercised"}
    assert all("was answered 401" in each.reason for each in checked)


def test_an_engine_that_is_gone_is_given_up_at_once(probe: Probe) -> None:
    with standin.running() as server:
        pass

    summary = probe(server, operations=(LIST,))

    assert finding_of(summary, "answers", LIST).detail


def test_a_check_that_crashes_is_unknown(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr("harness.probing.checks.identity._harmless", crash)

    with standin.running() as server:
        summary = probe(server, operations=(HEALTH,))

    (unknown,) = [each for each in summary.outcomes if each.outcome == "unknown"]
    assert unknown.scenario == f"contract:request_id:{HEALTH}"
    assert "KeyError" in unknown.reason


def test_a_run_narrowed_to_a_requirement_tells_of_nothing_else(probe: Probe) -> None:
    with standin.running("open") as server:
        summary = probe(server, requirements=("NFR-5",), operations=(LIST,))

    assert summary.findings == ()
    assert {each.requirements for each in summary.outcomes} == {("NFR-5",)}


def test_what_the_preflight_missed_is_not_asked_for(probe: Probe) -> None:
    with standin.running() as server:
        probe(server, operations=(ERASE, HEALTH), missing=(ERASE,))

    assert server.requests
    assert not any(path.startswith("/v1/mmm/actors") for _, path, _ in server.requests)


def test_without_an_iam_of_ours_nothing_is_asked_and_a_note_says_so(
    probe: Probe, events: list[Event]
) -> None:
    with standin.running() as server:
        summary = probe(server, mint=lambda _: {})

    assert (summary.outcomes, server.requests) == ((), [])
    assert [type(event) for event in events] == [Note]


def test_a_run_that_takes_too_long_is_stopped_and_says_so(probe: Probe) -> None:
    with standin.running() as server:
        summary = probe(server, operations=(HEALTH,), limit_seconds=0.0)

    assert {each.outcome for each in summary.outcomes} == {"not_exercised"}
    assert all("took too long" in each.reason for each in summary.outcomes)


def test_same_seed_same_requests(probe: Probe) -> None:
    runs = []
    for _ in range(2):
        with standin.running() as server:
            for each in (WANT, PUBLISH):  # one after the other: side by side the order is anybody's
                probe(server, operations=(each,), requirements=("NFR-5",))
            runs.append([_plain(server, *each) for each in server.requests])

    assert runs[0] == runs[1]


def _plain(server: standin.Standin, method: str, path: str, body: bytes) -> tuple[str, str, str]:
    numbers = {made: f"<{index}>" for index, made in enumerate(server.playbooks)}
    text = standin.ID.sub(lambda found: numbers.get(found[0], "<another>"), f"{path} {body!r}")
    return method, re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<time>", text), str(len(body))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_line_of_a_finding_shows_it_again(probe: Probe) -> None:
    with standin.running("by substring") as server:
        summary = probe(server, operations=(CREATE,), requirements=("NFR-7",))
        finding = finding_of(summary, "wrong_role", CREATE)
        named = re.search(r"\$(TOKEN_\w+)", finding.curl.splitlines()[-1])
        assert named is not None
        token = next(t for t, p in server.people.items() if f"TOKEN_{p.name.upper()}" == named[1])
        again = subprocess.run(
            ["/bin/sh", "-c", finding.curl.splitlines()[-1]],
            env={"PATH": "/usr/bin:/bin", "ENGINE": server.url, named[1]: token},
            capture_output=True, text=True, check=True,
        )  # fmt: skip

    assert " 200 " in again.stdout


def test_findings_and_outcomes_are_told_as_events(probe: Probe, events: list[Event]) -> None:
    with standin.running("bare") as server:
        summary = probe(server, operations=(DELETE,), requirements=("NFR-7",))

    assert [event.finding for event in events if isinstance(event, FindingRecorded)] == list(summary.findings)
    assert [event for event in events if isinstance(event, ScenarioFinished)] == list(summary.outcomes)
    assert re.fullmatch(r"\d+ probes, \d+ checks of our own, \d+ passed, 1 findings in \d+ s", summary.line)
