"""For programs: JSON, the same text for the same documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT, Level, Spot

if TYPE_CHECKING:
    from contracts.compatibility.formats.report import Report
    from contracts.compatibility.model import Change


def document(report: Report) -> str:
    """Return the comparison as JSON; a value that is not there has no member."""
    content = {
        "old": report.old,
        "new": report.new,
        "summary": {level.value: report.count(level) for level in Level},
        "changes": [_change(change) for change in report.changes],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule.id,
        "class": change.rule.level.value,
        "side": change.rule.side.value,
        "what": change.rule.what,
        "why": change.rule.why,
        "pointer": change.place.pointer,
        "old": _spot(change.old),
        "new": _spot(change.new),
        "operations": list(change.operations),
    }


def _spot(spot: Spot) -> dict[str, Any]:
    place = {"document": spot.document, "pointer": spot.pointer}
    return place if spot.value is ABSENT else {**place, "value": spot.value}
