"""What a gate says of a run: a pure function of both.

Rule: nothing is let through by accident: what was not observed has not been reached, and what a narrowed
run left out was not observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.formats.coverage import percentage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.gate.file import Gate
    from reports.formats.coverage import Coverage

WHOLE = 100


def refusals(gate: Gate, coverage: Coverage | None) -> tuple[str, ...]:
    """Return why the gate says no, a line each; none where it says yes."""
    return tuple(_of_coverage(gate.contract_coverage.asked(), coverage))


def answer(refused: tuple[str, ...]) -> tuple[str, ...]:
    """Return the gate's answer as lines."""
    return tuple(f"gate: no: {reason}" for reason in refused) or ("gate: yes",)


def _of_coverage(floors: dict[str, float], coverage: Coverage | None) -> Iterator[str]:
    if coverage is None:
        yield "contract coverage was not observed"
        return
    if coverage.narrowed:
        yield f"the run was narrowed ({coverage.narrowed}); a release needs a whole one"
    for kind, floor in floors.items():
        share = coverage.of(kind)
        if share is None or not share.wanted:
            yield f"contract coverage: there are no {kind.replace('_', ' ')} to be covered"
        elif WHOLE * len(share.touched) < floor * share.wanted:
            apart = f", {len(share.excused)} excused" if share.excused else ""
            counted = f"{percentage(share.percent)} ({len(share.touched)} of {share.wanted}{apart})"
            yield f"contract coverage: {share.name} {counted}, the floor is {percentage(floor)}"
