"""What can go wrong in a scenario, told apart by whose fault it is.

Rule: only an AssertionError is the engine's fault; anything else that a scenario raises makes it unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


class EngineBreachError(AssertionError):
    """The engine broke what any engine owes, whatever the scenario claims."""


class NoAnswerError(EngineBreachError):
    """The engine dropped the connection, did not answer in time, or took no call at all."""


class HungUpError(NoAnswerError):
    """The engine dropped the connection: it took the call, and answered nothing that could be read."""


class MalformedAnswerError(EngineBreachError):
    """An answer (or a receipt) is not JSON, or has no member that it must have."""


class MissingEvidenceError(EngineBreachError):
    """Something that the engine must send to a dependency did not come in time."""


class MismatchError(EngineBreachError):
    """An answer is none that a model of the engine allows.

    `rule` names the claim, `requirements` what is broken where it does not hold.
    """

    def __init__(self, rule: str, detail: str, requirements: Sequence[str]) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.requirements = tuple(requirements)

    @property
    def check(self) -> str:
        """Return the name under which such a breach is found, whichever scenario has seen it."""
        return f"model: {self.rule}"


class GivenRefusedError(Exception):
    """The engine refused a step that only prepared the scenario: that step's requirement is to blame."""

    def __init__(self, step: str, operation: str, requirements: Sequence[str], detail: str) -> None:
        super().__init__(f"given {step}: {detail}")
        self.step = step
        self.operation = operation
        self.requirements = tuple(requirements)
        self.detail = detail


class VacuousClaimError(Exception):
    """A scenario claimed something of each of nothing: it proves nothing and needs mending."""


class ScenarioError(Exception):
    """A scenario asked for something that it may not have here (a mistake of ours, never the engine's)."""


def not_exercised(reason: str) -> NoReturn:
    """End the scenario: what it is about cannot be looked at here, and `reason` says why."""
    import pytest  # noqa: PLC0415 - scenarios run in it; commands, which import us too, do without

    pytest.skip(reason)
