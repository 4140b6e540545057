"""At every hour the quiet hours that scenarios draw show what any quiet hours could show at that hour."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import pytest

from scenarios.features.test_quiet_hours import windows, within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Compare = Callable[[int, int], bool]
    Window = tuple[int, int]

COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
# How an engine compares: start with end (none, by day), hour by day with both, over midnight with both.
SOUND = (operator.eq, operator.lt, operator.le, operator.lt, operator.ge, operator.lt)
WRONG = [
    (*SOUND[:place], other, *SOUND[place + 1 :])
    for place, right in enumerate(SOUND)
    for other in COMPARISONS
    if other is not right
]
ALL = [(start, end) for start in range(24) for end in range(24)]


def is_quiet(how: Sequence[Compare], hour: int, window: Window) -> bool:
    none, by_day, begun, not_ended, begun_yesterday, not_ended_today = how
    start, end = window
    if none(start, end):
        return False
    if by_day(start, end):
        return begun(start, hour) and not_ended(hour, end)
    return begun_yesterday(hour, start) or not_ended_today(hour, end)


def shows(how: Sequence[Compare], hour: int, drawn: Sequence[Window]) -> bool:
    return any(is_quiet(how, hour, window) is not within(hour, window) for window in drawn)


@pytest.mark.parametrize("hour", range(24))
def test_what_any_quiet_hours_show_those_that_are_drawn_show(hour: int) -> None:
    wrong = [how for how in WRONG if shows(how, hour, ALL)]

    assert not shows(SOUND, hour, ALL)
    assert len(wrong) > len(WRONG) // 2
    assert [how for how in wrong if not shows(how, hour, windows(hour))] == []
