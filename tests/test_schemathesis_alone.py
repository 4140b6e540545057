"""What schemathesis alone finds: how its report is read, what counts as a catch, how it is called."""

from __future__ import annotations

import json

import pytest

from benchmarks.schemathesis_alone import ADMIN, PROFILE, arguments, last_line, listed, planted
from benchmarks.schemathesis_report import Alarm, Fate, Outcome, UnreadableError, judged, read_report
from contracts.document import load_document
from harness.targets import load_profile

CRASH = Alarm("POST /decide", "ServerError")
LAX = Alarm("POST /playbooks", "AcceptedNegativeData")


def report(**parts: object) -> bytes:
    whole = {"complete": True, "stop_reason": "completed", "failures": [], "errors": [], "seed": 1}
    return json.dumps(whole | parts).encode()


def test_each_operation_of_a_failure_is_an_alarm() -> None:
    failures = [{"type": "ServerError", "title": "t", "operations": ["POST /decide", "GET /playbooks"]}]

    assert read_report(report(failures=failures)) == {CRASH, Alarm("GET /playbooks", "ServerError")}


def test_an_error_of_the_run_is_an_alarm_of_no_operation_in_particular() -> None:
    cut = {"complete": False, "stop_reason": "server_unavailable"}

    assert read_report(report(errors=[{"title": "Network Error", "count": 2}], **cut)) == {
        Alarm("", "Network Error")
    }


@pytest.mark.parametrize(
    "content", [b"", b"{}", report(complete=False, stop_reason="interrupted")], ids=["none", "other", "cut"]
)
def test_without_a_whole_report_nothing_is_known(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_report(content)


def test_only_what_the_sound_engine_is_not_accused_of_is_a_catch() -> None:
    assert judged({CRASH, LAX}, {LAX}, 1.23) == Outcome(fate=Fate.CAUGHT, by=(CRASH,), seconds=1.2)
    assert judged({LAX}, {LAX, CRASH}, 1).fate is Fate.MISSED
    # The same check on another operation is no false alarm.
    assert judged({Alarm("PUT /x", LAX.check)}, {LAX}, 1).fate is Fate.CAUGHT


def test_the_last_line_counts_what_is_unknown_apart() -> None:
    fates = {str(number): Outcome(fate=fate) for number, fate in enumerate([*Fate, Fate.MISSED])}

    assert last_line(fates) == "schemathesis alone: caught 1 of 4, unknown 1"


def test_a_defect_is_planted_by_its_own_command() -> None:
    profile = load_profile(PROFILE)

    words = planted(profile, "some-defect").target.command

    assert words[1:4] == ("-m", "engine.defects", "some-defect")
    assert words[4:] == profile.target.command[3:]
    assert planted(profile, "") == profile


def test_it_is_called_with_a_token_of_whom_the_contract_tells() -> None:
    words = arguments("http://engine/v1/mmm", "abc", 7, 10)
    parameters = load_document("engine").raw["components"]["parameters"]
    examples = json.dumps(parameters)

    assert words[words.index("--header") + 1] == "Authorization: Bearer abc"
    assert words[words.index("--seed") + 1] == "7"
    assert f'"value": "{ADMIN.tenant_id}"' in examples
    assert f'"value": "{ADMIN.sub}"' in examples


def test_what_no_suite_can_show_yet_is_not_asked_for() -> None:
    names = listed()

    assert "open-playbook-creation" in names
    assert len(names) == len(set(names))
