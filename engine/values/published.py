"""A tenant's published playbooks, sorted once by what they wait for: a decide looks only at what may fire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.values.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Published:
    """`anyhow`: no event type decides alone; `by_event`: those that wait for one of some event types."""

    anyhow: tuple[Playbook, ...] = ()
    by_event: Mapping[str, tuple[Playbook, ...]] = field(default_factory=dict)

    def upon(self, event_type: str | None) -> tuple[Playbook, ...]:
        """Return every playbook that may fire upon an event of this type; None: without one."""
        return self.anyhow + (() if event_type is None else self.by_event.get(event_type, ()))


def published(playbooks: Iterable[Playbook]) -> Published:
    """Sort playbooks by the event types that their triggers name."""
    anyhow: list[Playbook] = []
    by_event: dict[str, list[Playbook]] = {}
    for playbook in playbooks:
        named = {trigger.event_type for trigger in playbook.content.triggers}
        if not named or None in named:
            anyhow.append(playbook)
        for event_type in () if None in named else named:
            by_event.setdefault(str(event_type), []).append(playbook)
    return Published(tuple(anyhow), {event: tuple(waiting) for event, waiting in by_event.items()})
