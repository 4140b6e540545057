"""In which order a hunt looks: what caught it last time, what shows what it breaks, and all the rest.

Rule: pure; each step has a seed of its own, since a world remembers the names of the one before.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.stages.children import ScenarioOptions
from harness.stages.planning import Parts, parts_of
from harness.verdicts import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.register import Requirement
    from harness.qualifying.record import Defect


NOTHING = Parts(scenarios=(), disturbing=(), contracts=False, load=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One pass over a part of all that there is; `asked`: what the checks that are no scenarios speak for.

    `looks_back`: the checks over all that was recorded come at its end.
    """

    parts: Parts
    asked: Selection
    narrowing: ScenarioOptions
    looks_back: bool = True


def steps_of(defect: Defect | None, register: Mapping[str, Requirement]) -> Iterator[Step]:
    """Yield the steps to take where nothing is known, or what is known did not help.

    Load is no part of it: hunts run side by side, and no latency that is measured then says anything.
    """
    whole = dataclasses.replace(parts_of(Selection(), register, ()), load=False)
    if defect is None:
        yield Step(whole, Selection(), ScenarioOptions())
        return
    if not defect.requirements:
        yield from _quickest_first(whole, Selection(), ScenarioOptions(quickest_first=True))
        return
    asked = Selection(defect.requirements)
    shown = dataclasses.replace(whole, contracts=parts_of(asked, register, ()).contracts)
    yield from _quickest_first(shown, asked, ScenarioOptions(defect.requirements, quickest_first=True))
    others = Selection(tuple(name for name in register if name not in defect.requirements))
    rest = ScenarioOptions(without=defect.requirements, quickest_first=True)
    yield from _quickest_first(whole, others, rest)


def _quickest_first(parts: Parts, asked: Selection, narrowing: ScenarioOptions) -> Iterator[Step]:
    """Yield scenarios, then generated requests, then what has engines of its own: one finding is enough."""
    yield Step(dataclasses.replace(NOTHING, scenarios=parts.scenarios), asked, narrowing, looks_back=False)
    yield Step(dataclasses.replace(NOTHING, contracts=parts.contracts), asked, narrowing, looks_back=False)
    yield Step(dataclasses.replace(NOTHING, disturbing=parts.disturbing), asked, narrowing)
