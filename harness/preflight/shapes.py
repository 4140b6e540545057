"""Whether ids and times are what every later check relies on: canonical UUIDs, RFC 3339 with offset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
RFC_3339 = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
    r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
)
PLAYBOOK = {"playbook_id": UUID, "created_at": RFC_3339, "updated_at": RFC_3339}
DECISION = {"decision_id": UUID, "created_at": RFC_3339}
ACTION = {"action_id": UUID, "playbook_id": UUID}
SAYS = {UUID: "no UUID in canonical form", RFC_3339: "no RFC 3339 time with offset"}


def misshapen(found: Mapping[str, Any], wanted: Mapping[str, re.Pattern[str]], where: str) -> Iterator[str]:
    """Yield a line for each member that is not of its form."""
    for name, form in wanted.items():
        value = found.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            yield f"{where}.{name} is {SAYS[form]}: {value!r}"


def misshapen_decision(decision: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each id or time of a decision and its actions that is not of its form."""
    yield from misshapen(decision, DECISION, "decision")
    actions = decision.get("actions")
    for index, action in enumerate(actions if isinstance(actions, list) else []):
        if isinstance(action, dict):
            yield from misshapen(action, ACTION, f"decision.actions[{index}]")
