"""What was seen of each check on each operation, and what becomes of it: outcomes and findings.

Rule: pure bookkeeping; one group is one (check, operation), and two failures in it are one bug.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.fuzzing.mapping import RULES, TITLES, requirements_of
from harness.fuzzing.seen import EXERCISED
from reports.record import Finding, FindingRecorded, ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.routing import Operation
    from harness.fuzzing.seen import Weight
    from reports.record import Event

SUITE = "contracts"


@dataclass(frozen=True, slots=True)
class Failed:
    """One failed case of a group: what was said, its exchanges (the offending one last), how to repeat it."""

    detail: str
    exchanges: tuple[str, ...]
    curl: str
    size: int


@dataclass(slots=True)
class Group:
    """One check on one operation."""

    rule: str
    operation: Operation
    exercised: int = 0
    failures: int = 0
    smallest: Failed | None = None
    empty: Counter[str] = field(default_factory=Counter)
    crash: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """Return the group's name as a scenario."""
        return scenario_name(self.rule, self.operation)

    @property
    def requirements(self) -> tuple[str, ...]:
        """Return what the group speaks for."""
        return requirements_of(self.rule, self.operation.requirements)

    @property
    def begun(self) -> bool:
        """Return whether any case was about it."""
        return bool(self.exercised or self.failures or self.empty)

    def passed(self, weight: Weight) -> None:
        """Count a case in which the check found nothing wrong."""
        if weight == EXERCISED:
            self.exercised += 1
        elif weight is not None:
            self.empty[weight] += 1

    def failed(self, failure: Failed) -> None:
        """Count a case in which the check found something; the smallest is the one that is shown."""
        self.failures += 1
        if self.smallest is None or failure.size < self.smallest.size:
            self.smallest = failure

    def finding(self, seed: int) -> Finding | None:
        """Return the group's breach, if there is one."""
        if self.smallest is None:
            return None
        times = f" ({self.failures} cases)" if self.failures > 1 else ""
        return Finding(
            id="F-" + hashlib.sha256(self.name.encode()).hexdigest()[:10],
            rule=f"contract:{self.rule}",
            operation=self.operation.name,
            requirements=self.requirements,
            title=f"{self.operation.name} {TITLES[self.rule]}{times}",
            detail=self.smallest.detail,
            exchanges=self.smallest.exchanges,
            curl=self.smallest.curl,
            seed=seed,
        )

    def outcome(self, at: str, finding: str | None) -> ScenarioFinished | None:
        """Return how the group ended; None when no case was about it."""
        verdict, reason = self._judge()
        if not verdict:
            return None
        return ScenarioFinished(
            at=at,
            scenario=self.name,
            suite=SUITE,
            title=f"{self.operation.name}: {self.rule}",
            requirements=self.requirements,
            outcome=verdict,
            seconds=round(self.seconds, 3),
            kinds=("wire",) if verdict in {"passed", "failed"} else (),
            reason=reason,
            finding=finding,
            exchanges=self.exercised + self.failures,
        )

    def _judge(self) -> tuple[str, str]:
        if self.smallest is not None:
            return "failed", self.smallest.detail
        if self.crash:
            return "unknown", self.crash
        if self.exercised:
            return "passed", ""
        if self.empty:
            often = ", ".join(f"{why} ({times} times)" for why, times in self.empty.most_common(3))
            return "not_exercised", often
        return "", ""


class Ledger:
    """All groups of a run, of those requirements that were asked for (none: of all)."""

    def __init__(self, operations: tuple[Operation, ...], wanted: frozenset[str]) -> None:
        self.operations = {operation.name: operation for operation in operations}
        self._wanted = wanted
        self._groups: dict[tuple[str, str], Group] = {}

    def group(self, rule: str, operation: str) -> Group | None:
        """Return the group of a rule and an operation's name; None when nobody asked for it."""
        known = self.operations.get(operation)
        if known is None or rule not in RULES or not self.asks_for(rule, known):
            return None
        return self._groups.setdefault((rule, operation), Group(rule, known))

    def asks_for(self, rule: str, operation: Operation) -> bool:
        """Return whether a rule on an operation speaks for anything that was asked for."""
        requirements = requirements_of(rule, operation.requirements)
        return bool(requirements) and (not self._wanted or not self._wanted.isdisjoint(requirements))

    def rules(self) -> frozenset[str]:
        """Return the rules that speak for what was asked for, on any operation."""
        known = self.operations.values()
        return frozenset(rule for rule in RULES if any(self.asks_for(rule, each) for each in known))

    def groups(self) -> list[Group]:
        """Return the groups in the order of the contract, then of the table."""
        order = {name: index for index, name in enumerate(self.operations)}
        rank = {rule: index for index, rule in enumerate(RULES)}
        return sorted(
            self._groups.values(), key=lambda group: (order[group.operation.name], rank[group.rule])
        )


def scenario_name(rule: str, operation: Operation) -> str:
    """Return the name under which a check on an operation stands in the record."""
    return f"contract:{rule}:{operation.name}"


def tell(
    ledger: Ledger, seed: int, emit: Callable[[Event], None]
) -> tuple[tuple[Finding, ...], tuple[ScenarioFinished, ...]]:
    """Emit the findings; return them and how each group ended."""
    findings: list[Finding] = []
    outcomes: list[ScenarioFinished] = []
    for group in ledger.groups():
        finding = group.finding(seed)
        if finding is not None:
            findings.append(finding)
            emit(FindingRecorded(at=now(), finding=finding))
        outcome = group.outcome(now(), finding.id if finding else None)
        outcomes += [outcome] if outcome else []
    return tuple(findings), tuple(outcomes)
