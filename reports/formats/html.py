"""The report for people: one file, offline, no scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.story import Story


def html(story: Story) -> str:
    """Return the page."""
    return story.totals.line()
