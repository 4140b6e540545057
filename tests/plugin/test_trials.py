"""A state machine's trials: what they send, what of them is kept, and where they end."""

from __future__ import annotations

import functools
import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from harness.stages.recollection import recall
from reports.record import Note
from tests.scenarios.other_engine import OtherEngine
from tests.scenarios.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

# Asks for decisions; `judge` says what is wrong with the n-th of them.
MACHINE = '''
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule


class Machine(RuleBasedStateMachine):
    def __init__(self, trials):
        super().__init__()
        self.trials, self.trial, self.had = trials, trials.begin(), []

    def teardown(self):
        self.trial.close()

    def repeat(self, moves):
        for n in moves:
            self.does(n)

    @rule(n=st.integers(0, 2))
    def asks(self, n):
        self.does(n)

    def does(self, n):
        self.trial.moves.append(n)
        people = self.trial.people
        with self.trials.step(self.trial, ("FR-1",)):
            body = a_decide_request(people.developer, n=n) | ANSWER
            reply = self.trial.ask("POST", "/decide", by=people.developer, body=body)
            assert reply.status == 200
            self.trials.count(f"n {n}")
            self.had.append(n)
            self.trials.count(f"trial {self.trials.number}")
            judge(self.had)


@requirement("FR-3", "FR-1")
async def test_it(trials):
    """Whatever is asked in whatever order, it is right."""
    await trials.run(Machine, Bounds(**{'steps': 80, 'moves': 10, **BOUNDS}), MADE)
'''
RIGHT = "ANSWER, BOUNDS, MADE = {}, {}, {'n 0': 1}\njudge = len\n"
TWO_TWOS = """
def judge(had):
    if had.count(2) == 2:
        raise MismatchError("a second two", f"after {had}", ("FR-7",))
"""


def notes(ran: Ran) -> list[str]:
    return [event.text for event in ran.events if isinstance(event, Note)]


def test_where_nothing_is_wrong_the_last_trial_is_kept_and_all_steps_are_told(
    run: Callable[..., Ran],
) -> None:
    ran = run(RIGHT + MACHINE)

    assert (ran.code, ran.only.outcome, ran.findings) == (0, "passed", [])
    assert ran.only.exchanges == len(ran.exchanges) == 10
    assert {exchange.scenario for exchange in ran.exchanges} == {ran.only.scenario}
    (note,) = notes(ran)
    assert note.startswith("model: 80 steps, seed 7: n 0 ")


def test_the_shortest_way_to_a_mismatch_is_what_is_found(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run(RIGHT + TWO_TWOS + MACHINE)

    (finding,) = ran.findings
    assert (ran.code, ran.only.outcome, ran.only.finding) == (1, "failed", finding.id)
    assert finding.requirements == ("FR-7",)
    assert (finding.rule, finding.operation) == ("model: a second two", "POST /decide")
    assert (finding.title, finding.seed) == ("Not as the model has it: a second two", 7)
    assert "after [2, 2] (2 steps" in finding.detail
    assert "1. developer POST /v1/mmm/decide 200; 2. developer POST" in finding.detail
    assert finding.exchanges == tuple(exchange.id for exchange in ran.exchanges)
    assert ['"n": 2' in exchange.request.body for exchange in ran.exchanges] == [True, True]
    assert len({exchange.persona for exchange in ran.exchanges}) == 1
    assert "$TOKEN_DEVELOPER" in finding.curl
    assert recall(tmp_path / "run", finding.id).scenario is None


def test_shrinking_ends_when_so_many_requests_are_spent(run: Callable[..., Ran]) -> None:
    ran = run(RIGHT + "BOUNDS = {'shrink_requests': 3}\n" + TWO_TWOS + MACHINE)

    (finding,) = ran.findings
    assert "shrinking was cut off: 3 requests were spent on it" in finding.detail


def test_what_shows_another_breach_when_it_is_repeated_is_not_made_short(run: Callable[..., Ran]) -> None:
    judge = """
first = []
def judge(had):
    if len(had) == 3:
        first.append(had)
        raise MismatchError("one", "", ("FR-7",))
    if first and len(had) == 2:
        raise MismatchError("another", "", ("FR-6",))
"""
    ran = run(RIGHT + judge + MACHINE)

    (finding,) = ran.findings
    assert (finding.rule, finding.requirements) == ("model: one", ("FR-7",))
    assert len(ran.exchanges) == 3
    assert "the same again did not show it again" in finding.detail


def test_another_breach_is_not_what_is_being_made_short(run: Callable[..., Ran]) -> None:
    judge = """
first = []
def judge(had):
    if first and had[0] != first[0]:
        raise MismatchError("another", "", ("FR-6",))
    if len(had) >= 3 and had[0] != had[1]:
        first[:] = had[:1]
        raise MismatchError("one", "", ("FR-7",))
"""
    ran = run(RIGHT + judge + MACHINE)

    (finding,) = ran.findings
    assert (finding.rule, finding.requirements) == ("model: one", ("FR-7",))
    assert len(ran.exchanges) == 3
    assert "did not show it again" not in finding.detail


@pytest.mark.parametrize(
    ("answer", "rule"),
    [("drop", "model: there is no answer"), ("empty object", "model: an answer cannot be read")],
)
def test_what_any_engine_owes_is_blamed_on_the_step(answer: str, rule: str, run: Callable[..., Ran]) -> None:
    judge = "def judge(had): raise AssertionError\n"
    machine = MACHINE.replace("assert reply.status == 200", "reply.decision.actions")

    ran = run(RIGHT + f"ANSWER = {{'answer': '{answer}'}}\n" + judge + machine)

    (finding,) = ran.findings
    assert (finding.rule, finding.requirements) == (rule, ("FR-1",))
    assert len(ran.exchanges) == 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("MADE = {'n 0': 1, 'n 9': 1}\n", "240 steps came too rarely to: n 9 (0 of 1)"),
        ("MADE = {}\n", "no kind of step is named that must have been made"),
        ("judge = lambda had: had.nothing\n", "AttributeError"),
    ],
)
def test_what_never_happened_and_a_crash_of_ours_are_unknown(
    more: str, reason: str, run: Callable[..., Ran]
) -> None:
    ran = run(RIGHT + more + MACHINE)

    assert (ran.only.outcome, ran.findings) == ("unknown", [])
    assert reason in ran.only.reason


def test_what_came_of_too_few_steps_is_unknown(run: Callable[..., Ran]) -> None:
    ran = run(RIGHT + MACHINE + "    trials.made_often('n 0', of='trial 1', share=9.0)\n")

    assert (ran.only.outcome, ran.findings) == ("unknown", [])
    assert "n 0 came of too few: " in ran.only.reason
    assert ran.only.reason.endswith("not 900% of trial 1")


def test_what_came_too_rarely_is_waited_for_as_well(run: Callable[..., Ran]) -> None:
    often = run(RIGHT + "MADE = {'n 0': 90}\n" + MACHINE)

    (note,) = notes(often)
    steps = int(note.split()[1])
    assert often.only.outcome == "passed"
    assert 80 < steps < 240
    assert "n 0 90," in note


def test_something_rare_is_waited_for(run: Callable[..., Ran]) -> None:
    ran = run(RIGHT + "MADE = {'trial 12': 1}\n" + MACHINE)

    (note,) = notes(ran)
    assert ran.only.outcome == "passed"
    assert note.startswith("model: 111 steps, seed 7: ")


def test_where_time_is_up_nobody_can_say(run: Callable[..., Ran]) -> None:
    ran = run(RIGHT + "BOUNDS = {'seconds': 0.0}\n" + MACHINE)

    assert ran.only.outcome == "not_exercised"
    assert "only 0 of 80 steps in 0 s" in ran.only.reason


def test_where_time_is_up_before_something_rare_came_nobody_can_say(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that goes on by a second each time that somebody looks: twice in time, the third time late.
    clock = SimpleNamespace(monotonic=itertools.count().__next__)
    monkeypatch.setattr("harness.driving.trials.watch.time", clock)
    bounds = "BOUNDS = {'steps': 2, 'seconds': 2.5}\nMADE = {'n 9': 1}\n"

    ran = run(RIGHT + bounds + MACHINE)

    assert ran.only.outcome == "not_exercised"
    assert "too few n 9 (0 of 1) in 2.5 s" in ran.only.reason


def test_a_misbehaving_engine_is_told_by_a_short_sequence(run: Callable[..., Ran]) -> None:
    source = '''
from scenarios.model.asking import KINDS
from scenarios.model.machine import Machine


@requirement("FR-3", "FR-7", "FR-14")
async def test_it(trials):
    """An engine and the model of it agree."""
    await trials.run(Machine, Bounds(steps=1000, moves=20, shrink_seconds=600.0), KINDS)
'''
    engine = functools.partial(serving, OtherEngine("quotas are counted by playbook"))

    ran = run(source, engine=engine)

    (finding,) = ran.findings
    assert finding.requirements == ("FR-7",)
    assert f"({len(ran.exchanges)} steps, shrunk from" in finding.detail
    assert len(ran.exchanges) <= 12
    assert ran.exchanges[-1].url.endswith(("/decide", "/triggers/evaluate"))


def test_an_engine_without_hope_is_told_by_one_request(run: Callable[..., Ran]) -> None:
    source = '''
from scenarios.model.asking import KINDS
from scenarios.model.machine import Machine


@requirement("FR-3", "FR-7", "FR-14")
async def test_it(trials):
    """An engine and the model of it agree."""
    await trials.run(Machine, Bounds(steps=2000, moves=34), KINDS)
'''
    ran = run(source)  # all but decide is 403

    (finding,) = ran.findings
    assert len(ran.exchanges) == 1
    assert "(1 step: 1. admin" in finding.detail or "(1 step: 1. developer" in finding.detail
