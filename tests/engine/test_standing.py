"""5.3.3: until when a snooze lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.values.standing import Preferences

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("until", "snoozed"),
    [(None, False), (NOON - MOMENT, False), (NOON, False), (NOON + MOMENT, True)],
    ids=["never", "over", "just over", "still on"],
)
def test_a_snooze_lasts_until_its_end(until: datetime | None, snoozed: bool) -> None:  # noqa: FBT001 -- a table
    assert Preferences(snooze_until=until).snoozed(NOON) is snoozed
