"""Ids in their canonical form."""

from __future__ import annotations

import re
import uuid

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """Return a fresh UUID in canonical form."""
    return str(uuid.uuid4())


def sole_id(kind: str, of: str) -> str:
    """Return the id of the one thing of its kind that belongs to another; known before it is written."""
    return str(uuid.uuid5(uuid.UUID(of), kind))


def is_canonical(text: str) -> bool:
    """Say whether the text is a UUID exactly as the engine writes one."""
    return _CANONICAL.fullmatch(text) is not None
