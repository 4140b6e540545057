"""Quiet hours at their edges (UT-MMM-03)."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.pipeline.quiet import is_quiet
from engine.values.playbook import QuietHours
from tests.engine import samples


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [
        (9, 17, 8, False),
        (9, 17, 9, True),
        (9, 17, 16, True),
        (9, 17, 17, False),
        (22, 6, 21, False),
        (22, 6, 22, True),
        (22, 6, 23, True),
        (22, 6, 0, True),
        (22, 6, 5, True),
        (22, 6, 6, False),
        (0, 1, 0, True),
        (23, 0, 23, True),
        (23, 0, 0, False),
    ],
)
def test_start_is_in_and_end_is_out(start: int, end: int, hour: int, quiet: bool) -> None:  # noqa: FBT001 -- a table
    assert is_quiet(hour, QuietHours(start=start, end=end)) is quiet


@given(samples.hours, samples.hours)
def test_start_equal_to_end_means_none(hour: int, edge: int) -> None:
    assert not is_quiet(hour, QuietHours(start=edge, end=edge))


@given(samples.quiet_hours)
def test_as_many_hours_are_quiet_as_lie_between(hours: QuietHours) -> None:
    quiet = sum(is_quiet(hour, hours) for hour in range(24))

    assert quiet == (hours.end - hours.start) % 24


@given(samples.hours)
def test_no_quiet_hours_are_never_quiet(hour: int) -> None:
    assert not is_quiet(hour, None)
