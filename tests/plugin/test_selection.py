"""What is collected, what is left out, and what a run records of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from reports.redaction import secrets_in
from tests.plugin.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

TWO = '''
@requirement("FR-1")
async def test_one(engine):
    """One."""
    assert (await engine.decide()).status == 200


@requirement("FR-3", "UT-MMM-01")
async def test_two(engine):
    """Two."""
    assert (await engine.decide()).status == 200
'''


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("", "marks 0 requirements"),
        ('@requirement("FR-1", "FR-2", "FR-3", "FR-4")', "marks 4 requirements"),
        ('@requirement("FR-1")\n@own_world(breaker_recovery_seconds=1.0)', "is no whole number"),
        ('@requirement("FR-111")', "'FR-111' is not in the register (nearest: FR-11)"),
    ],
    ids=["none", "too many", "half a second", "unknown"],
)
def test_a_scenario_says_what_it_shows_or_is_not_collected(
    head: str, problem: str, run: Callable[..., Ran]
) -> None:
    ran = run(f'{head}\nasync def test_it(engine):\n    """It."""\n    assert True\n')

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert problem in ran.out
    assert ran.finished == []


def test_a_scenario_without_a_sentence_is_not_collected(run: Callable[..., Ran]) -> None:
    ran = run('@requirement("FR-1")\nasync def test_it(engine):\n    assert True\n')

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert "no docstring" in ran.out


def test_a_run_can_be_narrowed_to_requirements(run: Callable[..., Ran]) -> None:
    ran = run(TWO, "--mmm-requirement", "UT-MMM-01")

    assert [event.title for event in ran.finished] == ["Two."]


def test_a_run_can_leave_out_what_shows_a_requirement(run: Callable[..., Ran]) -> None:
    ran = run(TWO, "--mmm-without", "UT-MMM-01", "--mmm-without", "FR-2")

    assert [event.title for event in ran.finished] == ["One."]


OWN = '''
@requirement("FR-1")
@own_world()
async def test_alone(engine):
    """Alone."""
    assert (await engine.decide()).status == 200
'''


@pytest.mark.parametrize(("option", "place"), [((), 0), (("--mmm-quickest-first",), 2)])
def test_what_takes_longest_comes_first_unless_the_quickest_are_to(
    option: tuple[str, ...], place: int, run: Callable[..., Ran]
) -> None:
    ran = run(TWO + OWN, *option)

    assert [event.title for event in ran.finished].index("Alone.") == place


def test_the_order_is_drawn_from_the_seed(run: Callable[..., Ran]) -> None:
    many = "".join(
        TWO.replace("_one", f"_one_{number}").replace("_two", f"_two_{number}") for number in "12345"
    )

    for seed in (7, 7, 8):
        ran = run(many, seed=seed)
    names = [event.scenario.rpartition("::")[2] for event in ran.finished]

    first, again, other = names[:10], names[10:20], names[20:]
    assert first == again
    assert sorted(first) == sorted(other)
    assert len({tuple(first), tuple(other), tuple(sorted(first))}) == 3


@pytest.mark.parametrize("option", ["--mmm-requirement", "--mmm-without"])
def test_a_requirement_that_the_register_has_not_is_wrong_usage(option: str, run: Callable[..., Ran]) -> None:
    ran = run(TWO, option, "FR-99")

    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert f"{option}: 'FR-99' is not in the register" in ran.out


def test_without_a_world_nothing_runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    done = pytester.run(sys.executable, "-m", "pytest", "-p", "harness.plugin", "-p", "no:randomly")

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--mmm-world FILE is missing*"])


def test_no_token_is_ever_recorded(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run(
        '''
@requirement("NFR-7")
async def test_it(engine, people):
    """A token is a secret."""
    token = await engine.token_of(people.developer)
    secret = engine.never_records("hunter2-hunter2")
    credentials = {"Authorization": f"bearer {token}"}
    reply = await engine.call("POST", "/decide", body={"note": secret}, headers=credentials)

    assert reply.status == 200, token
    assert reply.status == 201, token
'''
    )

    written = "".join(path.read_text("utf-8") for path in (tmp_path / "run" / "events").iterdir())
    assert ran.only.outcome == "failed"
    assert secrets_in(written) == ()
    assert "hunter2" not in written
    assert "bearer $TOKEN_DEVELOPER" in written
    assert ran.exchanges[0].persona is None


def test_a_replay_has_the_same_names_and_other_scenarios_have_others(run: Callable[..., Ran]) -> None:
    first = run(TWO)
    again = run(TWO)

    tenants = [exchange.persona.tenant_id for exchange in again.exchanges if exchange.persona]
    assert len(tenants) == 4
    assert tenants[:2] == tenants[2:]
    assert tenants[0] != tenants[1]
    assert [exchange.id for exchange in first.exchanges] == [exchange.id for exchange in again.exchanges[2:]]


def test_scenarios_run_side_by_side_and_each_process_writes_its_own_file(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = run(TWO, "-n2")

    assert sorted(event.title for event in ran.finished) == ["One.", "Two."]
    assert {event.outcome for event in ran.finished} == {"passed"}
    wrote = sorted(path.name.split("-")[1] for path in (tmp_path / "run" / "events").iterdir())
    assert wrote == ["gw0", "gw1", "main"]
