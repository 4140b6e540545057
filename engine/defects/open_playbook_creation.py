"""The role check of admin routes lets everybody through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.defects.defect import Defect
from engine.edge import access

if TYPE_CHECKING:
    from engine.values.caller import Caller


def _anybody(caller: Caller) -> bool:
    return bool(caller.sub)


def plant() -> None:
    """Ask no role."""
    access.is_admin = _anybody  # type: ignore[attr-defined]  # to replace it is the point


DEFECT = Defect(
    id="open-playbook-creation",
    requirements=("ST-MMM-01", "FR-13", "NFR-7"),
    story="Anybody with a valid token can create, change and publish playbooks.",
    plant=plant,
)
