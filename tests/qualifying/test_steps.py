"""A hunt looks at everything once, what speaks for its defect first."""

from __future__ import annotations

from contracts.register import load_register
from harness.qualifying.steps import Step, steps_of
from tests.qualifying.samples import a_defect

REGISTER = load_register()


def parts_in(steps: list[Step]) -> list[tuple[bool, bool, bool]]:
    return [(bool(one.parts.scenarios), one.parts.contracts, bool(one.parts.disturbing)) for one in steps]


def test_what_shows_what_is_broken_comes_first_and_then_all_the_rest() -> None:
    steps = list(steps_of(a_defect("x", "FR-3", "NFR-5"), REGISTER))

    one_after_the_other = [(True, False, False), (False, True, False), (False, False, True)]
    assert parts_in(steps) == one_after_the_other * 2
    assert {one.narrowing.requirements for one in steps[:3]} == {("FR-3", "NFR-5")}
    assert {one.narrowing.without for one in steps[3:]} == {("FR-3", "NFR-5")}
    assert {*steps[0].asked.requirements, *steps[3].asked.requirements} == set(REGISTER)
    assert [one.looks_back for one in steps] == [False, False, True] * 2


def test_a_defect_of_what_no_answer_shows_is_not_looked_for_in_generated_requests_first() -> None:
    steps = list(steps_of(a_defect("x", "PT-MMM-01"), REGISTER))

    assert [one.parts.contracts for one in steps] == [False, False, False, False, True, False]


def test_of_a_defect_that_declares_nothing_everything_is_looked_at_once() -> None:
    steps = list(steps_of(a_defect("mutant"), REGISTER))

    assert len(steps) == 3
    assert not any(one.narrowing.requirements or one.narrowing.without for one in steps)
    assert all(one.asked.requirements == () for one in steps)


def test_the_sound_engine_is_looked_at_as_in_any_run_but_without_load() -> None:
    (step,) = steps_of(None, REGISTER)

    assert parts_in([step]) == [(True, True, True)]
    assert (step.parts.load, step.looks_back, step.narrowing.narrowed) == (False, True, False)
