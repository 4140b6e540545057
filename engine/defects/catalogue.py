"""Every seeded defect, in one visible list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.defects import (
    expired_token_accepted,
    foreign_playbook_listed,
    malformed_id_crashes,
    open_playbook_creation,
    receipt_lost_one_in_four,
)

if TYPE_CHECKING:
    from engine.defects.defect import Defect

CATALOGUE: tuple[Defect, ...] = (
    open_playbook_creation.DEFECT,
    foreign_playbook_listed.DEFECT,
    receipt_lost_one_in_four.DEFECT,
    expired_token_accepted.DEFECT,
    malformed_id_crashes.DEFECT,
)


def by_id() -> dict[str, Defect]:
    """Return the defects by their names; a name used twice is an error."""
    found = {defect.id: defect for defect in CATALOGUE}
    if len(found) != len(CATALOGUE):
        raise ValueError("two defects have one name")
    return found
