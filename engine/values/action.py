"""An action on its way to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values.playbook import Limits
    from engine.values.words import ActionType, Surface


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an action is proposed."""

    evidence_links: tuple[str, ...]
    baseline_comparison: str
    why_relevant: str


@dataclass(frozen=True, slots=True)
class Action:
    """A composed action. `prompt` is set while its text has still to be generated."""

    action_id: str
    type: ActionType
    surfaces: tuple[Surface, ...]
    title: str
    body: str
    rationale: Reasons | None
    requires_consent: bool
    requires_dual_channel: bool
    playbook_id: str
    playbook_version: str
    limits: Limits
    prompt: str | None = None
