"""5.6: what becomes of an action whose text was to be generated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.values.words import MENTOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.action import Action

MAX_BODY = 4000


@dataclass(frozen=True, slots=True)
class Generation:
    """What the gateway gave. Without a pass or a warn there is no `text`; after a fail there are flags."""

    text: str | None = None
    flags: tuple[str, ...] = ()
    available: bool = True


def settled(action: Action, generation: Generation) -> Action | None:
    """Return the action with its text, with its static one (mentors), or nothing."""
    done = replace(action, prompt=None)
    if generation.text is not None and _fits(generation.text):
        return replace(done, body=generation.text)
    return done if action.type == MENTOR else None


def flags_of(generations: Iterable[Generation]) -> tuple[str, ...]:
    """Return every flag that was raised, each once, in order."""
    return tuple(dict.fromkeys(flag for generation in generations for flag in generation.flags))


def _fits(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_BODY
