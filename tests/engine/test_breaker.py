"""Section 2: the circuit breaker."""

from __future__ import annotations

import pytest

from engine.dependencies.breaker import Breaker, State
from engine.dependencies.errors import RefusedError, UnavailableError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("thing", failures_to_open=5, recovery_seconds=60.0, clock=clock)


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(UnavailableError), breaker.attempt():
            raise UnavailableError("thing", "down")


def succeed(breaker: Breaker) -> None:
    with breaker.attempt():
        pass


def test_four_failures_do_not_open_it(breaker: Breaker) -> None:
    fail(breaker, 4)

    assert breaker.state is State.CLOSED
    succeed(breaker)
    fail(breaker, 4)
    assert breaker.state is State.CLOSED


def test_five_consecutive_failures_open_it_and_nothing_is_tried(breaker: Breaker) -> None:
    fail(breaker, 5)
    tried = False

    with pytest.raises(UnavailableError, match="circuit open"), breaker.attempt():
        tried = True

    assert breaker.state is State.OPEN
    assert not tried


def test_a_refusal_is_an_answer(breaker: Breaker) -> None:
    fail(breaker, 4)
    with pytest.raises(RefusedError), breaker.attempt():
        raise RefusedError("thing", 401)

    fail(breaker, 4)

    assert breaker.state is State.CLOSED


def test_after_its_rest_one_trial_is_let_through_and_no_second(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now = 60.0

    with breaker.attempt():
        assert not breaker.lets_through
        with pytest.raises(UnavailableError), breaker.attempt():
            pytest.fail("a second trial was let through")

    assert breaker.state is State.CLOSED


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now = 60.0

    fail(breaker)

    clock.now = 119.9
    assert not breaker.lets_through
    clock.now = 120.0
    assert breaker.lets_through


def test_a_cancelled_trial_hands_the_trial_back(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now = 60.0
    with pytest.raises(KeyboardInterrupt), breaker.attempt():
        raise KeyboardInterrupt

    assert breaker.lets_through


def test_a_late_success_does_not_close_it(breaker: Breaker) -> None:
    with breaker.attempt():
        fail(breaker, 5)

    assert breaker.state is State.OPEN


def test_a_late_failure_does_not_prolong_the_rest(breaker: Breaker, clock: Clock) -> None:
    with pytest.raises(UnavailableError), breaker.attempt():
        fail_later(breaker, clock)

    clock.now = 60.0
    assert breaker.state is State.HALF_OPEN


def fail_later(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now = 30.0
    raise UnavailableError("thing", "late")
