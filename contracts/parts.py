"""Parts of a document, each with the JSON Pointer at which it really stands.

Rule: a reference is followed within the document alone; one that leads elsewhere stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.violations import escape


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document."""

    pointer: str
    value: Any

    def at(self, *steps: str | int) -> Part:
        """Return what stands below it."""
        value = self.value
        for step in steps:
            value = value[step]
        return Part(self.pointer + "".join(f"/{escape(str(step))}" for step in steps), value)


def follow(root: Part, part: Part) -> Part:
    """Return what a reference object within this document means; anything else as it is."""
    while isinstance(part.value, dict) and str(part.value.get("$ref", "")).startswith("#/"):
        steps = part.value["$ref"][2:].split("/")
        part = root.at(*(step.replace("~1", "/").replace("~0", "~") for step in steps))
    return part


def fragment(pointer: str) -> str:
    """Return a JSON Pointer as the fragment of an address."""
    return pointer.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
