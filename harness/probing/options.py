"""How to probe, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from reports.record import Finding, Persona, ScenarioFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run may be told.

    `requirements` and `operations` narrow it (none: all). `limit_seconds` ends a run on an engine that is
    slow beyond reason; what was not reached is not exercised.
    `document`, `flaws` and `mint` are for tests: another contract, and tokens without an IAM.
    """

    requirements: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    timeout: float = 10.0
    limit_seconds: float = 180.0
    document: Document | None = None
    flaws: tuple[str, ...] | None = None
    mint: Callable[[tuple[Persona, ...]], dict[str, Persona]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a run."""

    findings: tuple[Finding, ...]
    outcomes: tuple[ScenarioFinished, ...]
    requests: int
    seconds: float

    @property
    def line(self) -> str:
        """Return the run in one line."""
        passed = sum(each.outcome == "passed" for each in self.outcomes)
        checks = f"{len(self.outcomes)} checks of our own, {passed} passed"
        return f"{self.requests} probes, {checks}, {len(self.findings)} findings in {self.seconds:.0f} s"
