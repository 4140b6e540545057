"""What a script does to one call after the other: steps, for so many calls, by chance or always.

Rule: no I/O and no clock. Chances come from a seed: the same seed and the same calls are the same outcome.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from fakes.http.answer import Answer

if TYPE_CHECKING:
    from fakes.shape.faults import Fault


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault and the name of its kind."""

    kind: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Normal:
    """Let the fake answer, whatever older scripts say."""


NORMAL: Final = Normal()
Act = Answer | Armed | Normal


@dataclass(frozen=True, slots=True)
class Phase:
    """An act for so many calls; None: for all that come."""

    act: Act
    calls: int | None = 1


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a call is meant, and the seed of the draws."""

    probability: float
    seed: int


@dataclass(slots=True)
class Plan:
    """Phases one after the other, once or round and round, for `left` calls in all (None: no limit).

    Chance is asked first (`meant`); only a call that is meant takes its turn (`take`).
    """

    phases: tuple[Phase, ...]
    repeat: bool = False
    left: int | None = None
    chance: Chance | None = None
    _phase: int = 0
    _taken: int = 0
    _draws: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draws = random.Random(self.chance.seed if self.chance else 0)  # noqa: S311 -- chances, not secrets

    @classmethod
    def always(cls, act: Act, times: int | None = None) -> Plan:
        """Return the plan that does one thing, so many times or until it is healed."""
        return cls((Phase(act, None),), left=times)

    @property
    def endless(self) -> Act | None:
        """Return the act that each call meets, whatever calls there were; None where that is not so."""
        first = self.phases[0]
        alone = len(self.phases) == 1 and first.calls is None
        return first.act if alone and self.left is None and self.chance is None else None

    @property
    def exhausted(self) -> bool:
        """Say whether nothing more will come of it."""
        return self.left == 0 or self._phase == len(self.phases)

    def meant(self) -> bool:
        """Draw whether the next call is meant."""
        return self.chance is None or self._draws.random() < self.chance.probability

    @property
    def next_act(self) -> Act:
        """Return what `take` would return; never asked of a plan that is exhausted."""
        return self.phases[self._phase].act

    def take(self) -> Act:
        """Return what happens to this call; never asked of a plan that is exhausted."""
        phase = self.phases[self._phase]
        if self.left is not None:
            self.left -= 1
        if phase.calls is not None:
            self._count(phase.calls)
        return phase.act

    def _count(self, calls: int) -> None:
        self._taken += 1
        if self._taken == calls:
            self._taken = 0
            self._phase += 1
            if self.repeat and self._phase == len(self.phases):
                self._phase = 0

    def unreached(self) -> tuple[str, ...]:
        """Say which replies and faults of a sequence nobody has come to; of one that repeats none is due."""
        if self.repeat:
            return ()
        ahead = self.phases[self._phase + bool(self._taken) :]
        return tuple(
            _told(phase.act) for phase in ahead if phase.calls is not None and phase.act is not NORMAL
        )

    def told(self) -> str:
        """Say what it does: "reply 503", "fault reset", "fault status 503 x3, normal, repeating"."""
        parts = [_told(phase.act) + _times(phase.calls) for phase in self.phases]
        return ", ".join([*parts, "repeating"] if self.repeat else parts)


def _told(act: Act) -> str:
    if isinstance(act, Answer):
        return f"reply {act.status}"
    if isinstance(act, Armed):
        return " ".join(["fault", act.kind, *map(str, msgspec.to_builtins(act.fault).values())])
    return "normal"


def _times(calls: int | None) -> str:
    return f" x{calls}" if calls is not None and calls > 1 else ""
