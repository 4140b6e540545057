"""What schemathesis alone finds: how its report is read, what counts as a catch, how it is called."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks import schemathesis_alone
from benchmarks.schemathesis_alone import (
    ADMIN,
    PROFILE,
    Asked,
    Measure,
    Measured,
    arguments,
    digest,
    last_line,
    measured,
    read_before,
    write,
)
from benchmarks.schemathesis_report import (
    Alarm,
    Fate,
    Found,
    Outcome,
    UnreadableError,
    false_alarms_of,
    judged,
    read_report,
)
from contracts.document import load_document
from harness.targets import load_profile
from tests.qualifying.samples import a_defect

if TYPE_CHECKING:
    from pathlib import Path

CRASH = Alarm("POST /decide", "ServerError")
LAX = Alarm("POST /playbooks", "AcceptedNegativeData")


def report(**parts: object) -> bytes:
    whole = {"complete": True, "stop_reason": "completed", "failures": [], "errors": [], "seed": 1}
    return json.dumps(whole | parts).encode()


def found(*alarms: Alarm, cut: str = "") -> Found:
    return Found(frozenset(alarms), cut)


def test_each_operation_of_a_failure_is_an_alarm() -> None:
    failures = [{"type": "ServerError", "title": "t", "operations": ["POST /decide", "GET /playbooks"]}]

    assert read_report(report(failures=failures)) == found(CRASH, Alarm("GET /playbooks", "ServerError"))


def test_an_error_of_the_run_is_an_alarm_of_no_operation_in_particular() -> None:
    cut = {"complete": False, "stop_reason": "server_unavailable"}

    assert read_report(report(errors=[{"title": "Network Error", "count": 2}], **cut)) == found(
        Alarm("", "Network Error"), cut="the run came to no end: server_unavailable"
    )


@pytest.mark.parametrize("ended", [{"complete": False, "stop_reason": "error"}, {"stop_reason": "max_time"}])
def test_a_run_that_ended_early_missed_nothing_but_may_have_caught(ended: dict[str, object]) -> None:
    cut = read_report(report(**ended)).cut

    assert cut == f"the run came to no end: {ended['stop_reason']}"
    assert judged(found(LAX, cut=cut), {LAX}, 1) == Outcome(fate=Fate.UNKNOWN, reason=cut, seconds=1)
    assert judged(found(LAX, CRASH, cut=cut), {LAX}, 1).by == (CRASH,)
    with pytest.raises(UnreadableError, match="the sound engine: the run came to no end"):
        false_alarms_of([found(LAX), found(cut=cut)])


def test_the_sound_engine_is_accused_of_what_any_of_its_runs_found() -> None:
    assert false_alarms_of([found(LAX), found(CRASH), found()]) == {LAX, CRASH}


@pytest.mark.parametrize("content", [b"", b"{}"], ids=["none", "other"])
def test_without_a_report_nothing_is_known(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_report(content)


def test_only_what_the_sound_engine_is_not_accused_of_is_a_catch() -> None:
    assert judged(found(CRASH, LAX), {LAX}, 1.23) == Outcome(fate=Fate.CAUGHT, by=(CRASH,), seconds=1.2)
    assert judged(found(LAX), {LAX, CRASH}, 1).fate is Fate.MISSED
    # The same check on another operation is no false alarm.
    assert judged(found(Alarm("PUT /x", LAX.check)), {LAX}, 1).fate is Fate.CAUGHT


def test_the_last_line_counts_what_is_unknown_apart() -> None:
    fates = {str(number): Outcome(fate=fate) for number, fate in enumerate([*Fate, Fate.MISSED])}

    assert last_line(fates) == "schemathesis alone: caught 1 of 4, unknown 1"


def test_it_is_called_with_a_token_of_whom_the_contract_tells() -> None:
    words = arguments("http://engine/v1/mmm", "abc", 7, 10)
    parameters = load_document("engine").raw["components"]["parameters"]
    examples = json.dumps(parameters)

    assert words[words.index("--header") + 1] == "Authorization: Bearer abc"
    assert words[words.index("--seed") + 1] == "7"
    assert f'"value": "{ADMIN.tenant_id}"' in examples
    assert f'"value": "{ADMIN.sub}"' in examples


STANDIN = """#!{python}
import json, sys, time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

def word(name):
    return sys.argv[sys.argv.index(name) + 1]

name, _, text = word("--header").partition(": ")
headers = {{name: text, "Content-Type": "application/json"}}
asked = Request(word("--url") + "/playbooks/x", b'{{"name": "n"}}', headers, method="PUT")
try:
    status = urlopen(asked).status
except HTTPError as error:
    status = error.code
time.sleep({seconds})
ended = {{"complete": True, "stop_reason": "completed", "failures": [], "errors": [{{"title": str(status)}}]}}
open(word("--report-json-path"), "w").write(json.dumps(ended))
"""


def standing_in(monkeypatch: pytest.MonkeyPatch, folder: Path, *, seconds: float = 0.0) -> None:
    """Have what is called instead of schemathesis ask one question, and tell the answer's status."""
    program = folder / "standin"
    program.write_text(STANDIN.format(python=sys.executable, seconds=seconds), "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(schemathesis_alone, "own_python", lambda: str(program))
    monkeypatch.setattr(schemathesis_alone, "SOUND_RUNS", 1)


def asked_for(*defects: str) -> Asked:
    return Asked(defects=defects, jobs=2, examples=1, digest="d", before=None)


def test_an_engine_with_the_defect_is_asked_with_a_token_that_is_good(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standing_in(monkeypatch, tmp_path)

    numbers = measured(load_profile(PROFILE), asked_for("malformed-id-crashes", "no-engine"), lambda _: None)

    assert numbers.false_alarms == (Alarm("", "404"),)
    assert numbers.defects["malformed-id-crashes"].by == (Alarm("", "500"),)
    assert numbers.defects["no-engine"].fate is Fate.UNKNOWN
    assert "ended with exit code 2 before it was ready" in numbers.defects["no-engine"].reason


def test_without_a_sound_run_that_is_done_in_time_there_is_no_measure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standing_in(monkeypatch, tmp_path, seconds=60)
    monkeypatch.setattr(schemathesis_alone, "LIMIT_SECONDS", 0.5)

    with pytest.raises(UnreadableError, match=r"not done after 0\.5 s"):
        measured(load_profile(PROFILE), asked_for(), lambda _: None)


@pytest.mark.parametrize("name", ["no-such-defect", "honest-near-fakes"])
def test_what_is_not_hunted_cannot_be_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["alone", name, "--out", str(tmp_path / "out.json")])

    with pytest.raises(SystemExit) as ended:
        schemathesis_alone.main()

    assert ended.value.code == 2
    assert f"{name}: no defect of this name is listed, or it is deferred" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


class Around:
    """In place of engines: what is found on each, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def found(self, defect: str, _seed: int) -> Found:
        self.asked.append(defect)
        if defect == "dies":
            raise OSError("no more files")
        return found(CRASH) if defect == "crashes" else found()


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Around:
    standin = Around()
    monkeypatch.setattr(Measure, "found", lambda _, defect, seed: standin.found(defect, seed))
    monkeypatch.setattr(schemathesis_alone, "_around", lambda _: contextlib.nullcontext((tmp_path, None)))
    return standin


def test_what_is_known_is_written_after_each_defect_and_not_asked_again(
    around: Around, tmp_path: Path
) -> None:
    profile, out, kept = load_profile(PROFILE), tmp_path / "out.json", list[int]()

    def asked(*defects: str, digest: str = "d") -> dict[str, Fate]:
        def told(numbers: Measured) -> None:
            write(out, numbers)
            kept.append(len(numbers.defects))

        before = read_before(out, digest)
        one = Asked(defects=defects, jobs=1, examples=10, digest=digest, before=before)
        return {name: outcome.fate for name, outcome in measured(profile, one, told).defects.items()}

    first = asked("crashes", "dies")
    kept_first, asked_first = list(kept), list(around.asked)
    second = asked("crashes", "dies", "sound")
    anew = asked("crashes", digest="another")

    assert first == {"crashes": Fate.CAUGHT, "dies": Fate.UNKNOWN}
    assert (kept_first, asked_first) == ([0, 1, 2], ["", "", "", "crashes", "dies"])
    assert second == first | {"sound": Fate.MISSED}
    assert anew == {"crashes": Fate.CAUGHT}
    assert around.asked == [*asked_first, "dies", "sound", "", "", "", "crashes"]


def test_another_engine_or_list_is_another_measurement() -> None:
    profile, one = load_profile(PROFILE), a_defect("one", "FR-1")

    first = digest(profile, (one,), examples=10, seed=1)

    assert digest(profile, (one,), examples=10, seed=1) == first
    assert digest(profile, (), examples=10, seed=1) != first
    assert digest(profile, (one,), examples=11, seed=1) != first
