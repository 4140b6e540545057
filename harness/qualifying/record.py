"""What a qualification is made of: plain data, written as JSON, from which every report is a function.

Rule: no behaviour but what these say of themselves, no I/O.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """What became of a defect."""

    CAUGHT = "caught"
    MISBLAMED = "misblamed"
    MISSED = "missed"
    TIMED_OUT = "timed out"
    UNKNOWN = "unknown"
    DEFERRED = "deferred"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place that a defect changes: from that line of a file on, `old` becomes `new`."""

    file: str
    line: int
    old: str
    new: str


class Defect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to be wrong, as an engine's team lists it.

    `requirements`: what it breaks (none: any finding is right). `deferred`: what could show it is not there
    yet ("" where it is).
    """

    id: str
    kind: str
    requirements: tuple[str, ...]
    story: str
    deferred: str = ""
    changes: tuple[Place, ...] = ()

    def rightly_blamed(self, requirements: tuple[str, ...]) -> bool:
        """Tell whether a finding that names these blames what the defect breaks."""
        return not self.requirements or bool(set(self.requirements) & set(requirements))


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finding in short. `check`: the scenario or check that found it; `scene`: in which scenario it was."""

    id: str
    check: str
    suite: str
    operation: str
    requirements: tuple[str, ...]
    title: str
    scene: str = ""

    @property
    def voice(self) -> tuple[str, str]:
        """Return who says so: a scenario whatever its parameters, or a check on an operation."""
        if "::" in self.check:
            return (self.check.partition("[")[0], "")
        return (self.check, self.operation)


class Hunted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one hunt saw. `defect`: "" is the sound engine (`placebo`: looked at as one with a defect is).

    `findings`: those that blame the engine, in order. `late`: what was not done in time. `unbuilt`: why no
    engine could be judged. `died`: its process left nothing. `doubts`: what else keeps us from knowing.
    `looked`: every scenario and check that ended (of the sound engine only: a hunt for a defect ends early).
    """

    defect: str
    seed: int
    seconds: float
    findings: tuple[Found, ...] = ()
    late: str = ""
    unbuilt: str = ""
    died: bool = False
    doubts: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    placebo: bool = False


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What became of a defect: `by` is what caught it, `others` are findings that blame something else."""

    defect: Defect
    status: Status
    seconds: float = 0.0
    by: Found | None = None
    others: tuple[Found, ...] = ()
    reason: str = ""
