"""The life of a playbook: which step is possible in which state, and what it leads to.

Rule: pure. A `history` holds every revision of one playbook, newest first; the newest is never superseded.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.edge.errors import conflict, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.storage.playbooks import StoredPlaybook

_CORE = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def newest(history: Sequence[StoredPlaybook]) -> StoredPlaybook:
    """Return the revision that an admin works on."""
    if not history:
        raise not_found("There is no such playbook.")
    return history[0]


def open_for_change(history: Sequence[StoredPlaybook]) -> StoredPlaybook:
    """Return the newest revision, unless the playbook is deprecated."""
    current = newest(history)
    if current.status == "deprecated":
        raise conflict("The playbook is deprecated.")
    return current


def changed(history: Sequence[StoredPlaybook], changes: Mapping[str, Any], now: datetime) -> StoredPlaybook:
    """Return the draft after a partial update: itself altered, or a new one beside what is published."""
    current = open_for_change(history)
    is_draft = current.status == "draft"
    taken = {one.content.version for one in (history[1:] if is_draft else history)}
    version = changes.get("version") or (
        current.content.version if is_draft else next_version(current.content.version, taken)
    )
    if version in taken:
        raise conflict("This version has been published, and is never altered.")
    content = current.content.model_copy(update={**changes, "version": version})
    revision = current.revision if is_draft else current.revision + 1
    return replace(current, revision=revision, status="draft", content=content, updated_at=now)


def next_version(version: str, taken: set[str]) -> str:
    """Return the next minor version that is free.

    >>> next_version("1.2.3-rc.1", {"1.2.3-rc.1", "1.3.0"})
    '1.4.0'
    """
    match = _CORE.match(version)
    if match is None:
        raise ValueError("not a semantic version")
    minor = int(match[2]) + 1
    while f"{match[1]}.{minor}.0" in taken:
        minor += 1
    return f"{match[1]}.{minor}.0"
