"""How a check ends that does not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.fuzzing.wire import Call


class BreachError(Exception):
    """The engine broke what is checked: what was seen, and the requests that show it."""

    def __init__(self, detail: str, *calls: Call) -> None:
        super().__init__(detail)
        self.detail = detail
        self.calls: Sequence[Call] = calls


class CannotError(Exception):
    """It cannot be looked at, and why: no evidence, for or against."""


class UnansweredError(Exception):
    """A request that must have an answer got none."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.error)
        self.call = call
