"""What a qualification leaves for others: qualification.json, mutation-report.json, power.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.processes import ConfigurationError
from harness.qualifying.page import is_of_mutants, page_of, page_of_mutants
from harness.qualifying.plan import Plan
from harness.qualifying.power import (
    Alarm,
    Power,
    Tally,
    alarms_of,
    by_kind,
    by_requirement,
    never_caught,
    power_of,
)
from harness.qualifying.record import Place, Result
from harness.qualifying.stryker import mutation_report
from reports.files import write_whole
from reports.formats.text import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from harness.qualifying.record import Hunted

QUALIFICATION, MUTATION_REPORT, PAGE = "qualification.json", "mutation-report.json", "power.md"


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known at the end. `never`: what found nothing anywhere; `doubts`: of the sound runs."""

    plan: Plan
    power: Power
    line: str
    requirements: tuple[Tally, ...]
    kinds: tuple[Tally, ...]
    results: tuple[Result, ...]
    alarms: tuple[Alarm, ...]
    doubts: tuple[str, ...]
    looked: tuple[str, ...]
    never: tuple[str, ...]


def qualification_of(
    plan: Plan, results: Sequence[Result], sound: Sequence[Hunted], register: Iterable[str]
) -> Qualification:
    """Put together what all hunts come to."""
    power = power_of(results, sound)
    doubts = [text for run in sound for text in (run.late, *run.doubts) if text]
    return Qualification(
        plan=plan,
        power=power,
        line=power.line(),
        requirements=tuple(by_requirement(results, register)),
        kinds=tuple(by_kind(results)),
        results=tuple(results),
        alarms=alarms_of(sound),
        doubts=tuple(dict.fromkeys(doubts)),
        looked=tuple(sorted({name for run in sound for name in run.looked})),
        never=never_caught(results, sound),
    )


def write_reports(folder: Path, qualification: Qualification, cwd: Path) -> None:
    """Write the files, each whole; `cwd` is where the files that defects change lie."""
    told = msgspec.json.format(msgspec.json.encode(qualification)) + b"\n"
    write_whole(folder / QUALIFICATION, told)
    sources = {place.file: _source(cwd / place.file) for place in _places(qualification.results)}
    report = mutation_report(qualification.results, qualification.looked, sources)
    write_whole(folder / MUTATION_REPORT, to_json(report).encode())
    page = page_of_mutants(qualification) if is_of_mutants(qualification) else page_of(qualification)
    write_whole(folder / PAGE, page.encode())


def read_qualification(path: Path) -> Qualification:
    """Read what a qualification came to."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Qualification)
    except (OSError, msgspec.DecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).replace("`", "")
        raise ConfigurationError(f"{path.parent}: holds no whole {path.name} ({why})") from None


def _places(results: Iterable[Result]) -> list[Place]:
    return [place for one in results for place in one.defect.changes]


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
