"""How much an action could do, never who would be acted on (FM-MMM-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.words import ActionType

_SCORES: dict[ActionType, float] = {"mirror": 0.1, "mentor": 0.3, "multiplier": 0.6}


def risk_of(types: Iterable[ActionType]) -> float:
    """Return the highest score of these types of actions; no action is no risk."""
    return max((_SCORES[one] for one in types), default=0.0)
