"""Steps one after the other, and chances that can be had again."""

from __future__ import annotations

from itertools import chain, cycle, islice, repeat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.http.answer import Answer
from fakes.shape.faults.status import Status
from fakes.shape.plans import NORMAL, Act, Armed, Chance, Phase, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ACTS: tuple[Act, ...] = (NORMAL, Answer(200), Answer(503), Armed("status", Status(500)))
PHASES = st.lists(st.builds(Phase, st.sampled_from(ACTS), st.integers(1, 4)), min_size=1, max_size=4)


def taken(plan: Plan, calls: int) -> list[Act]:
    """Take turns until the plan is exhausted."""
    acts: list[Act] = []
    while not plan.exhausted and len(acts) < calls:
        acts.append(plan.take())
    return acts


@given(phases=PHASES, again=st.booleans(), left=st.none() | st.integers(1, 20))
def test_steps_come_in_their_order_each_as_often_as_it_says(
    *, phases: Sequence[Phase], again: bool, left: int | None
) -> None:
    once = list(chain.from_iterable(repeat(phase.act, phase.calls or 0) for phase in phases))
    expected: Iterator[Act] = cycle(once) if again else iter(once)

    acts = taken(Plan(tuple(phases), repeat=again, left=left), 50)

    assert acts == list(islice(expected, 50 if left is None else left))


def test_one_thing_is_done_so_often_or_always() -> None:
    reply = Answer(503)

    assert taken(Plan.always(reply, 3), 9) == [reply] * 3
    assert taken(Plan.always(reply), 9) == [reply] * 9


@given(st.integers(0, 2**53 - 1))
def test_the_same_seed_is_the_same_outcome(seed: int) -> None:
    one, other = (Plan((Phase(Answer(503), None),), chance=Chance(0.5, seed)) for _ in range(2))

    assert [one.meant() for _ in range(64)] == [other.meant() for _ in range(64)]


@pytest.mark.parametrize(
    ("probability", "least", "most"), [(1.0, 1000, 1000), (0.25, 200, 300), (0.9, 860, 940)]
)
def test_chances_are_as_likely_as_they_say(probability: float, least: int, most: int) -> None:
    plan = Plan((Phase(Answer(503), None),), chance=Chance(probability, seed=7))

    assert least <= sum(plan.meant() for _ in range(1000)) <= most


def test_a_plan_tells_what_it_does() -> None:
    steps = (Phase(Armed("status", Status(503)), 3), Phase(NORMAL), Phase(Answer(200)))

    assert Plan(steps, repeat=True).told() == "fault status 503 x3, normal, reply 200, repeating"
    assert Plan.always(Answer(401), 2).told() == "reply 401"
