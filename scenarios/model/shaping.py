"""Shaping: the words of a playbook, and what it is after a change. Rule: pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.model.state import Recipe


def worded(shape: Recipe, number: int) -> Recipe:
    """Give a shape its words: a name and titles that only the one with this number has."""
    templates = shape.templates[: 1 if shape.limit else None]
    titled = (replace(template, title=f"Fact {number}.{at}") for at, template in enumerate(templates, 1))
    return replace(shape, name=f"Playbook {number}", templates=tuple(titled))


def changed(before: Recipe, new: Recipe, parts: tuple[str, ...]) -> Recipe:
    """Return a playbook's content after a change of these parts, and of the name."""
    after = replace(before, name=new.name)
    if "actions" in parts:
        after = replace(after, templates=new.templates[: 1 if before.limit else None])
    if "triggers" in parts:
        after = replace(after, triggers=new.triggers)
    if "conditions" in parts:
        after = replace(after, conditions=new.conditions)
    return replace(after, priority=new.priority) if "limits" in parts else after
