"""What an answer must be like: a predicate that says what is wrong, and what is known once nothing is.

Rule: where the specification leaves a choice, the predicate takes any sensible answer, and the state that
follows says what the engine has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.scenario import CANONICAL, Items, MismatchError, Object

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.model.state import State


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read: `body` is None where there is none."""

    status: int
    body: object = None

    @property
    def object(self) -> Object:
        """Return the body, which must be an object."""
        return Object(self.body, "the answer")

    @property
    def objects(self) -> Items:
        """Return the body, which must be an array of objects."""
        return Items(self.body, "the answer")


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come. `requirements`: what an answer breaks that is no such answer at all.

    `read` raises a MismatchError, or returns the state that the answer has led to.
    """

    requirements: tuple[str, ...]
    read: Callable[[Answer], State]


def claim(rule: str, requirements: tuple[str, ...], *, holds: bool, told: object = "") -> None:
    """Claim something of an answer; `rule` says what is the case where it does not hold."""
    if not holds:
        raise MismatchError(rule, str(told), requirements)


def status_is(answer: Answer, statuses: tuple[int, ...], rule: str, requirements: tuple[str, ...]) -> None:
    """Claim the status; `rule` says what is the case with any other."""
    wanted = " or ".join(str(status) for status in statuses)
    told = f"answered {answer.status}, where {wanted} must be the answer"
    claim(rule, requirements, holds=answer.status in statuses, told=told)


def refused(state: State, statuses: tuple[int, ...], rule: str, *requirements: str) -> Expected:
    """Expect a refusal, after which everything is as it was."""

    def read(answer: Answer) -> State:
        status_is(answer, statuses, rule, requirements)
        return state

    return Expected(requirements, read)


def new_id(value: str, known: frozenset[str], what: str, requirements: tuple[str, ...]) -> str:
    """Claim that an id is one, and that nothing else has it."""
    claim(f"an id of {what} is no UUID", requirements, holds=bool(CANONICAL.fullmatch(value)), told=value)
    claim(f"an id of {what} was given before", requirements, holds=value not in known, told=value)
    return value
