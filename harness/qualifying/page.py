"""What docs/power.md and docs/mutants.md tell of a qualification: what was measured with, and its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.qualifying.power import WRONG
from harness.qualifying.record import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.qualifying.alone import Alone
    from harness.qualifying.power import Tally
    from harness.qualifying.record import Result
    from harness.qualifying.written import Qualification

NO_SOUND_RUN = "no sound run was made: nothing is known of false alarms"


def page_of(qualification: Qualification, alone: Alone | None = None) -> str:
    """Return as Markdown what was measured: by requirement, by kind, and what was not rightly blamed."""
    results = qualification.results
    return _lines(
        *_measured(qualification),
        "",
        *_tallies("requirement", qualification.requirements, results, alone),
        "",
        *_tallies("kind", qualification.kinds, results, alone),
        "",
        *([f"Schemathesis alone is {alone.schemathesis}, on what it could look at.", ""] if alone else []),
        *_uncaught(results),
        f"`{qualification.line}`",
    )


def is_of_mutants(qualification: Qualification) -> bool:
    """Tell whether general mutants were hunted: none of them declares what it breaks."""
    return not any(one.defect.requirements for one in qualification.results)


def page_of_mutants(qualification: Qualification) -> str:
    """Return the mutation score, by operator, and every mutant that lives."""
    power = qualification.power
    return _lines(
        f"Mutation score: {power.caught} of {power.seeded} ({power.caught / max(power.seeded, 1):.1%}).",
        "",
        *_measured(qualification),
        "",
        *_tallies("operator", qualification.kinds, qualification.results, None),
        "",
        *_uncaught(qualification.results),
    )


def told_of_sound(qualification: Qualification) -> str:
    """Say how often the sound engine was looked at, and what came of it; what is no proof is told so."""
    plan, ended = qualification.plan, qualification.power.sound_runs
    if not plan.sound_runs:
        return NO_SOUND_RUN
    last = plan.seed + plan.sound_runs - 1
    seeds = f"seed {plan.seed}" if last == plan.seed else f"seeds {plan.seed} to {last}"
    alarms = qualification.alarms
    raised = len({alarm.seed for alarm in alarms if not alarm.placebo})
    placebo = sum(alarm.placebo for alarm in alarms)
    return (
        f"sound runs: {plan.sound_runs} ({seeds}), ended without a doubt {ended}, raised a finding {raised}"
        + (f"; findings of the placebo: {placebo}" if placebo else "")
        + ("" if ended or alarms else "; that there is no false alarm is not known")
    )


def _measured(qualification: Qualification) -> Iterator[str]:
    """Say when it was measured, on what and with what, and what is known of false alarms."""
    plan, sound = qualification.plan, told_of_sound(qualification)
    yield (
        f"Measured {plan.started[:10]} on {plan.target} with mmm-harness {plan.toolkit}, "
        f"scenarios and checks `{plan.judges[:12]}`."
    )
    yield f"{sound[0].upper()}{sound[1:]}."


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n"


def _tallies(
    what: str, tallies: Iterable[Tally], results: Iterable[Result], alone: Alone | None
) -> Iterator[str]:
    """Yield a table: what each row's defects came to, and what schemathesis alone made of them, if known."""
    more, rule = (" schemathesis alone |", "---|") if alone else ("", "")
    yield f"| {what} | seeded | caught | blamed rightly | by |{more}"
    yield f"|---|---|---|---|---|{rule}"
    for one in tallies:
        cell = f" {alone.caught_of(_names(one, results))} |" if alone else ""
        yield f"| {one.name} | {one.seeded} | {one.caught} | {one.rightly} | {suites(one)} |{cell}"


def _names(tally: Tally, results: Iterable[Result]) -> Iterator[str]:
    """Yield the defects of a row."""
    for defect in (one.defect for one in results if one.status is not Status.DEFERRED):
        if tally.name in (*defect.requirements, defect.kind):
            yield defect.id


def suites(tally: Tally) -> str:
    """Return which suites caught how many.

    >>> from harness.qualifying.power import Tally
    >>> suites(Tally("FR-1", 3, 3, 3, {"contracts": 2, "features": 1}))
    'contracts 2, features 1'
    """
    return ", ".join(f"{name} {number}" for name, number in tally.suites.items()) or "none"


def _uncaught(results: Iterable[Result]) -> Iterator[str]:
    rows = [one for one in results if one.status in WRONG or one.status is Status.UNKNOWN]
    if not rows:
        return
    yield "| defect | what became of it | why |"
    yield "|---|---|---|"
    for one in rows:
        yield f"| `{one.defect.id}` | {one.status.value} | {_cell(one.reason)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
