"""What all hunts come to: the numbers, by requirement and by kind. Rule: pure functions of the results."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from harness.qualifying.record import Found, Result, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from harness.qualifying.record import Hunted

FAILED, UNKNOWN = 1, 4
NOTICED = frozenset({Status.CAUGHT, Status.MISBLAMED})
WRONG = frozenset({Status.MISBLAMED, Status.MISSED, Status.TIMED_OUT})


class Tally(msgspec.Struct, frozen=True):
    """How many defects were seeded, how many of them noticed, how many blamed rightly, by which suite.

    Rightly, in the row of a requirement, is on that one: not where a defect that breaks two is blamed on the
    other.
    """

    name: str
    seeded: int
    caught: int
    rightly: int
    suites: dict[str, int]


class Alarm(msgspec.Struct, frozen=True):
    """A finding on the sound engine. `placebo`: made where it was looked at as one with a defect is."""

    seed: int
    finding: Found
    placebo: bool = False


class Power(msgspec.Struct, frozen=True):
    """The closing line's numbers. `sound_runs`: those that ended without a doubt, but the placebo."""

    seeded: int
    caught: int
    rightly: int
    false_alarms: int
    sound_runs: int

    def line(self) -> str:
        """Return the last line of a qualification."""
        return (
            f"qualify: caught {self.caught} of {self.seeded}, blamed rightly {self.rightly}, "
            f"false alarms {self.false_alarms}"
        )


def power_of(results: Iterable[Result], sound: Iterable[Hunted]) -> Power:
    """Count; what is deferred is outside."""
    counted, runs = Counter(one.status for one in results), list(sound)
    return Power(
        seeded=counted.total() - counted[Status.DEFERRED],
        caught=sum(counted[status] for status in NOTICED),
        rightly=counted[Status.CAUGHT],
        false_alarms=len(alarms_of(runs)),
        sound_runs=sum(is_sound(run) and not run.placebo for run in runs),
    )


def alarms_of(sound: Iterable[Hunted]) -> tuple[Alarm, ...]:
    """Return every finding on the sound engine."""
    return tuple(Alarm(run.seed, finding, run.placebo) for run in sound for finding in run.findings)


def is_sound(run: Hunted) -> bool:
    """Tell whether a run of the sound engine ended without a doubt: else its silence says nothing."""
    return not (run.late or run.unbuilt or run.doubts)


def voices_of(sound: Iterable[Hunted]) -> frozenset[tuple[str, str]]:
    """Return who blames the sound engine: what they say of a defect proves nothing."""
    return frozenset(alarm.finding.voice for alarm in alarms_of(sound))


def exit_code_of(results: Sequence[Result], sound: Sequence[Hunted]) -> int:
    """Return 0 where every defect was blamed rightly and nothing else was; 4 where only doubt is left."""
    if alarms_of(sound) or any(run.late for run in sound) or any(one.status in WRONG for one in results):
        return FAILED
    doubted = not all(is_sound(run) for run in sound)
    return UNKNOWN if doubted or any(one.status is Status.UNKNOWN for one in results) else 0


def by_requirement(results: Iterable[Result], register: Iterable[str]) -> list[Tally]:
    """Return a tally for each requirement that a defect declares, in the register's order."""
    seeded = _seeded(results)
    return _tallies(seeded, register, lambda one: one.defect.requirements, _blames)


def by_kind(results: Iterable[Result]) -> list[Tally]:
    """Return a tally for each kind of defects."""
    seeded = _seeded(results)
    return _tallies(
        seeded, sorted({one.defect.kind for one in seeded}), lambda one: (one.defect.kind,), _is_caught
    )


def never_caught(results: Iterable[Result], sound: Iterable[Hunted]) -> tuple[str, ...]:
    """Return the scenarios and checks that looked at the sound engine and found nothing in any other."""
    found = {one.check for result in results for one in (result.by, *result.others) if one is not None}
    looked = {name_of(check) for run in sound for check in run.looked}
    return tuple(sorted(looked - {name_of(check) for check in found}))


def name_of(check: str) -> str:
    """Return what somebody wrote: a scenario whatever its parameters, a check whatever its operation.

    >>> name_of("scenarios/features/test_x.py::test_y[a-b]"), name_of("contract:security_headers:GET /health")
    ('scenarios/features/test_x.py::test_y', 'contract:security_headers')
    """
    if check.startswith("contract:"):
        return ":".join(check.split(":")[:2])
    return check.partition("[")[0]


def _seeded(results: Iterable[Result]) -> list[Result]:
    return [one for one in results if one.status is not Status.DEFERRED]


def _blames(result: Result, requirement: str) -> bool:
    """Tell whether what caught a defect names this very requirement."""
    return result.by is not None and requirement in result.by.requirements


def _is_caught(result: Result, _kind: str) -> bool:
    return result.status is Status.CAUGHT


def _tallies(
    seeded: list[Result],
    names: Iterable[str],
    names_of: Callable[[Result], tuple[str, ...]],
    is_right: Callable[[Result, str], bool],
) -> list[Tally]:
    groups = {name: [one for one in seeded if name in names_of(one)] for name in names}
    return [_tally(name, group, is_right) for name, group in groups.items() if group]


def _tally(name: str, group: list[Result], is_right: Callable[[Result, str], bool]) -> Tally:
    suites = Counter(one.by.suite for one in group if one.by is not None)
    return Tally(
        name=name,
        seeded=len(group),
        caught=sum(one.status in NOTICED for one in group),
        rightly=sum(is_right(one, name) for one in group),
        suites=dict(sorted(suites.items())),
    )
