"""What the toolkit was worth when it was last qualified: data of the toolkit, which every pack tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.processes import CHECKOUT
from harness.qualifying.digest import MEASURED, judges_digest
from reports.run.config import Counted, Power

if TYPE_CHECKING:
    from pathlib import Path

    from harness.qualifying.written import Qualification

FILE = CHECKOUT / MEASURED


def read_measured(path: Path = FILE) -> Power:
    """Return what was measured, and whether by the checks of now; nothing where nobody has measured."""
    if not path.exists():
        return Power()
    kept = msgspec.json.decode(path.read_bytes(), type=Power)
    return msgspec.structs.replace(kept, current=kept.judges == judges_digest())


def measured_by(qualification: Qualification) -> Power:
    """Return what a qualification has measured."""
    plan, power = qualification.plan, qualification.power
    return Power(
        measured=plan.started,
        toolkit=plan.toolkit,
        target=plan.target,
        seeded=power.seeded,
        caught=power.caught,
        rightly=power.rightly,
        false_alarms=power.false_alarms,
        sound_runs=power.sound_runs,
        judges=plan.judges,
        requirements={
            one.name: Counted(one.seeded, one.caught, one.rightly) for one in qualification.requirements
        },
    )
