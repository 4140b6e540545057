"""5.3.5: which playbook goes first.

Signal severity comes before priority, but a decide has one signal at most: it lifts all its playbooks alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.playbook import Playbook


def ranked(playbooks: Iterable[Playbook]) -> tuple[Playbook, ...]:
    """Order by priority, highest first, then name; the id settles what is left."""
    return tuple(sorted(playbooks, key=_place))


def _place(playbook: Playbook) -> tuple[int, str, str]:
    content = playbook.content
    return (-(content.limits.priority or 0), content.name, playbook.playbook_id)
