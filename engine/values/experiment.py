"""What an admin may write as an experiment's config: any JSON object that can be kept, shown and listed."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_DEPTH = 32
MAX_CHARACTERS = 65_536


def _keepable(config: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is too deep, too large, or no number that JSON can write again."""
    waiting: list[tuple[Any, int]] = [(config, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("a number in it is too large")
        inner = _inside(value)
        if inner and depth > MAX_DEPTH:
            raise ValueError(f"may be nested {MAX_DEPTH} deep")
        waiting += [(one, depth + 1) for one in inner]
    if len(json.dumps(config, ensure_ascii=False)) > MAX_CHARACTERS:
        raise ValueError(f"may have {MAX_CHARACTERS} characters")
    return config


def _inside(value: Any) -> Collection[Any]:  # noqa: ANN401 -- whatever JSON holds
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


Config = Annotated[dict[str, Any], AfterValidator(_keepable)]
