"""Ids of the path are taken as they come, and the database stumbles over them."""

from __future__ import annotations

from engine.defects.defect import Defect
from engine.values import ids


def _anything(text: str) -> bool:
    return bool(text)


def plant() -> None:
    """Check no id."""
    ids.is_canonical = _anything


DEFECT = Defect(
    id="malformed-id-crashes",
    requirements=("NFR-4", "FR-1"),
    story="A path id that is no UUID ends in a 500.",
    plant=plant,
)
