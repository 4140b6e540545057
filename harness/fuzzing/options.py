"""How to fuzz, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.fuzzing.shards import WHOLE, Shard

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from reports.record import Finding, Persona, ScenarioFinished

# How a process ends that had nothing to look at.
NOTHING_TO_DO = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run may be told.

    `requirements` narrow it to the checks and operations that speak for them (none: all).
    `operations` narrow it to these (none: all).
    `shard`: which of several processes this is; its people, files and exchanges are its own.
    `max_examples` is for each operation while fuzzing, `stateful_examples` the number of chains of links.
    `limit_seconds` ends a run on an engine that is slow beyond reason; what was not reached is not exercised.
    `document` and `mint` are for tests: another contract, and tokens without an IAM.
    """

    requirements: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    shard: Shard = WHOLE
    max_examples: int = 50
    stateful_examples: int = 25
    timeout: float = 10.0
    limit_seconds: float = 300.0
    document: Document | None = None
    mint: Callable[[tuple[Persona, ...]], dict[str, Persona]] | None = None


def fuzzing_options(examples: int | None) -> Options:
    """Return how to fuzz with so many examples an operation: all else grows with them; None: the default.

    >>> fuzzing_options(100).stateful_examples, fuzzing_options(100).limit_seconds
    (50, 600.0)
    """
    usual = Options()
    factor = (examples or usual.max_examples) / usual.max_examples
    return Options(
        max_examples=round(usual.max_examples * factor),
        stateful_examples=round(usual.stateful_examples * factor),
        limit_seconds=usual.limit_seconds * factor,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a run. `digest`: of the list of its cases, the same for the same seed and answers."""

    findings: tuple[Finding, ...]
    outcomes: tuple[ScenarioFinished, ...]
    cases: int
    seconds: float
    stopped: str = ""
    digest: str = ""

    @property
    def line(self) -> str:
        """Return the run in one line."""
        count = {word: sum(each.outcome == word for each in self.outcomes) for word in ("passed", "unknown")}
        groups = f"{len(self.outcomes)} checks of operations, {count['passed']} passed"
        unknown = f", {count['unknown']} unknown" if count["unknown"] else ""
        stopped = f" ({self.stopped})" if self.stopped else ""
        cases = f"{self.cases} requests (cases {self.digest[:12]})"
        return f"{cases}, {groups}, {len(self.findings)} findings{unknown}{stopped}"
