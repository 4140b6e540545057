"""JSON Pointer (RFC 6901).

Rule: pure. A pointer that leads nowhere finds nothing; "-", the place behind an array's end, is nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The way to a value inside a JSON value; no steps lead to the whole."""

    steps: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the pointer that this text is; ValueError where it is none."""
        if text and not text.startswith("/"):
            raise ValueError(f"{text!r} is no JSON Pointer: it begins with / or is empty")
        if _BAD_ESCAPE.search(text):
            raise ValueError(f"{text!r} is no JSON Pointer: ~ is written ~0, and / inside a name ~1")
        return cls(tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]))

    def find(self, value: Any, nothing: object) -> Any:  # noqa: ANN401 -- any JSON value
        """Return what is there, or `nothing`."""
        for step in self.steps:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
                value = value[int(step)]
            else:
                return nothing
        return value
