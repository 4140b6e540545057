"""A run has the parts that were asked for, and a part that breaks is never green."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from contracts.register import load_register
from harness.corpus import Past
from harness.fuzzing.options import NOTHING_TO_DO
from harness.processes import ConfigurationError
from harness.repeating.rebinding import Rebinding
from harness.stages.children import Part, ScenarioOptions, contracts_parts, scenarios_part
from harness.stages.interrupts import Interrupted, interruptible
from harness.stages.options import seed_for
from harness.stages.planning import parts_of
from harness.stages.progress import Progress
from harness.verdicts import Selection, fold
from harness.worlds import save_world
from reports.record import Finding, ScenarioFinished, Status
from reports.run import now, read_events

if TYPE_CHECKING:
    from tests.harness.conftest import Bench

REGISTER = load_register()
ID_THEN = "11111111-2222-4333-8444-555555555555"
ID_NOW = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


def names(folders: tuple[Path, ...]) -> set[str]:
    return {folder.name for folder in folders}


def test_a_run_that_is_not_narrowed_has_every_part() -> None:
    parts = parts_of(Selection(), REGISTER, ())

    assert {"features", "security", "privacy"} <= names(parts.scenarios)
    assert "resilience" not in names(parts.scenarios)
    assert (parts.contracts, parts.load) == (True, True)


@pytest.mark.parametrize(
    ("selection", "contracts", "load"),
    [
        (Selection(("FR-6",)), True, False),
        (Selection(("NFR-1",)), True, True),
        (Selection(("PT-MMM-02",)), False, True),
        (Selection(keyword="dual"), False, False),
        (Selection(suites=("features",)), False, False),
        (Selection(suites=("contracts",)), True, False),
        (Selection(suites=("load",)), False, True),
    ],
)
def test_a_narrowed_run_has_only_what_can_show_it(
    selection: Selection, *, contracts: bool, load: bool
) -> None:
    parts = parts_of(selection, REGISTER, ())

    assert (parts.contracts, parts.load) == (contracts, load)


@pytest.mark.parametrize(
    ("selection", "repeated"),
    [
        (Selection(), True),
        (Selection(suites=("corpus",)), True),
        (Selection(("NFR-4",)), True),
        (Selection(("FR-6",)), False),
        (Selection(suites=("features",)), False),
        (Selection(keyword="words"), False),
    ],
)
def test_past_findings_are_repeated_where_they_speak_for_what_is_asked(
    selection: Selection, *, repeated: bool
) -> None:
    finding = Finding("F-1", "contract:not_a_server_error", "POST /decide", ("NFR-4",), "Falls.", "")
    past = Past(finding=finding, exchanges=())

    assert parts_of(selection, REGISTER, (), (past,)).corpus == ((past,) if repeated else ())


def test_without_past_findings_there_is_no_such_suite() -> None:
    with pytest.raises(ConfigurationError, match="--suite corpus: there is none"):
        parts_of(Selection(suites=("corpus",)), REGISTER, ())


def test_scenarios_of_ones_own_are_a_suite_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "house_rules").mkdir()
    (tmp_path / "house_rules" / "test_rule.py").touch()

    parts = parts_of(Selection(suites=("house_rules",)), REGISTER, (tmp_path / "house_rules",))

    assert names(parts.scenarios) == {"house_rules"}


@pytest.mark.parametrize(
    "name", ["features", "resilience", "contracts", "load", "corpus", "history", "house_rules"]
)
@pytest.mark.parametrize("inner", ["", "rules"], ids=["itself", "within"])
def test_no_suite_takes_another_ones_place(name: str, inner: str, tmp_path: Path) -> None:
    first, second = tmp_path / "one" / "house_rules", tmp_path / "two" / (inner or name)
    first.mkdir(parents=True)
    place = second / name if inner else second
    place.mkdir(parents=True)
    (place / "test_rule.py").touch()

    with pytest.raises(ConfigurationError, match=f"^--scenarios {second}: there is a suite {name} already"):
        parts_of(Selection(), REGISTER, (first, second))


@pytest.mark.parametrize(
    ("selection", "extra", "line"),
    [
        (Selection(("FR-66",)), "", "--requirement FR-66: is not in the register"),
        (Selection(suites=("featurs",)), "", r"--suite featurs: there is none \(did you mean features\?\)"),
        (Selection(), "none", "is not a directory"),
    ],
)
def test_what_nobody_knows_is_wrong_usage(
    selection: Selection, extra: str, line: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=line):
        parts_of(selection, REGISTER, (tmp_path / extra,) if extra else ())


def part(stage: str, script: str, *, idle: tuple[int, ...] = (), limit: float = 60.0) -> Part:
    return Part(stage=stage, argv=(sys.executable, "-c", script), idle=idle, limit=limit)


def test_a_part_that_ends_well_says_its_last_line(bench: Bench) -> None:
    stages = bench.run(part("contracts", "print('one'); print('7 checks')"))

    assert (stages["contracts"].summary, stages["contracts"].problem) == ("7 checks", "")
    assert (bench.run_dir / "logs/contracts.log").read_text() == "one\n7 checks\n"


def test_more_examples_have_as_much_more_time() -> None:
    usual, long = (contracts_parts(Path("world.json"), (), examples) for examples in (None, 2000))

    assert [said(part, "--max-examples", "--limit-seconds") for part in usual] == [["50", "300.0"]] * 2
    assert [said(part, "--max-examples", "--limit-seconds") for part in long] == [["2000", "12000.0"]] * 2
    assert all(part.limit > 12000.0 for part in long)


@pytest.mark.parametrize(
    ("requirements", "stages"),
    [((), ["contracts-1", "contracts-2"]), (("RF-MMM-01",), []), (("FR-3",), ["contracts-1"])],
)
def test_a_contract_s_shard_that_nothing_is_asked_of_is_not_started(
    requirements: tuple[str, ...], stages: list[str]
) -> None:
    parts = contracts_parts(Path("world.json"), requirements)

    assert [part.stage for part in parts] == stages
    assert all(said(part, "--shard") == [f"{part.stage[-1]}/2"] for part in parts)
    assert {part.idle for part in parts} <= ({(NOTHING_TO_DO,)} if requirements else {()})


def said(part: Part, *options: str) -> list[str]:
    return [part.argv[part.argv.index(option) + 1] for option in options]


def test_a_part_that_crashes_leaves_what_it_would_have_shown_unknown(bench: Bench) -> None:
    stages = bench.run(part("load", "print('fine')"), part("contracts", "raise SystemExit('no luck')"))

    judgement = fold(REGISTER, read_events(bench.run_dir))
    assert stages["load"].problem == ""
    assert stages["contracts"].problem == "ended with exit code 1: no luck"
    statuses = {one.requirement: one.status for one in judgement.verdicts}
    assert (statuses["FR-1"], statuses["PT-MMM-01"]) == (Status.UNKNOWN, Status.NOT_EXERCISED)
    assert judgement.exit_code == 4


def test_a_part_that_was_killed_is_no_success(bench: Bench) -> None:
    stages = bench.run(part("contracts", f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"))

    assert stages["contracts"].problem.startswith("ended with exit code -9")


def test_a_part_that_ends_well_and_says_nothing_is_no_success(bench: Bench) -> None:
    silent = Part(
        stage="contracts", argv=(sys.executable, "-c", "print('all fine')"), voices=frozenset({"contracts"})
    )

    stages = bench.run(silent)

    assert stages["contracts"].problem == "ended without one outcome"


def test_a_part_with_nothing_to_do_is_none_either(bench: Bench) -> None:
    stages = bench.run(part("scenarios", "raise SystemExit(5)", idle=(5,)))

    assert (stages["scenarios"].summary, stages["scenarios"].problem) == ("nothing to do", "")


def test_a_part_that_does_not_end_is_ended(bench: Bench) -> None:
    stages = bench.run(part("contracts", "import threading; threading.Event().wait()", limit=0.3))

    assert stages["contracts"].problem == "not done after 0.3 s"


def test_scenarios_that_cannot_be_read_are_no_success(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "test_broken.py").write_text("import no_such_module\n")
    world_file = bench.work_dir / "world.json"
    save_world(bench.world, world_file)

    stages = bench.run(
        scenarios_part("scenarios", (folder,), world_file, tmp_path, ScenarioOptions(single=True))
    )

    assert "ended with exit code 2" in stages["scenarios"].problem


def test_failures_are_shown_as_they_come_and_each_kind_once() -> None:
    out = io.StringIO()
    failed = ScenarioFinished(
        at=now(),
        scenario="scenarios/features/test_x.py::test_it[a]",
        suite="features",
        title="It holds.",
        requirements=("FR-1",),
        outcome="failed",
        seconds=0.1,
    )

    Progress(Console(file=out, width=200)).show([failed, failed])

    assert out.getvalue().splitlines() == [
        "  failed: [FR-1] It holds. (scenarios/features/test_x.py::test_it)"
    ]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_once(number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)

    def interrupted_twice() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), number)  # while everything is torn down: ignored

    with pytest.raises(Interrupted) as caught:
        interrupted_twice()

    assert caught.value.exit_code == code
    assert signal.getsignal(number) is before


def test_an_id_of_then_becomes_the_one_of_now_at_the_same_place() -> None:
    rebinding = Rebinding()

    rebinding.learn(f'{{"a": [{{"id": "{ID_THEN}"}}], "tenant": "t-1"}}', f'{{"a": [{{"id": "{ID_NOW}"}}]}}')

    assert rebinding.apply(f"/playbooks/{ID_THEN}?tenant=t-1") == f"/playbooks/{ID_NOW}?tenant=t-1"


@pytest.mark.parametrize(
    ("then", "now_", "same"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', True),
        (f'{{"id": "{ID_THEN}"}}', f'{{"id": "{ID_NOW}"}}', True),
        ('{"at": "2026-01-02T03:04:05Z"}', '{"at": "2027-01-02T03:04:05.5+01:00"}', True),
        ("[1]", "[]", False),
        ("not JSON", "not JSON", True),
        ("not JSON", "{}", False),
        ('{"code": "A"}', '{"code": "B"}', False),
    ],
)
def test_two_answers_say_the_same_but_for_ids_and_times(then: str, now_: str, *, same: bool) -> None:
    assert Rebinding().same(then, now_) is same


def test_a_run_is_repeatable_unless_the_engine_remembers_an_earlier_one() -> None:
    assert seed_for(None, attached=False) == seed_for(None, attached=False)
    assert seed_for(None, attached=True) != seed_for(None, attached=True)
    assert seed_for(7, attached=True) == seed_for(7, attached=False) == 7
