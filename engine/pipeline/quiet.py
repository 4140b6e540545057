"""Quiet hours: start is in, end is out, `start == end` means none, midnight may lie between."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values.playbook import QuietHours


def is_quiet(hour: int, hours: QuietHours | None) -> bool:
    """Say whether the hour (0 to 23, UTC) is a quiet one."""
    if hours is None or hours.start == hours.end:
        return False
    if hours.start < hours.end:
        return hours.start <= hour < hours.end
    return hour >= hours.start or hour < hours.end
