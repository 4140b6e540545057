"""The reference model: what an engine must answer to a command, and what it has led to.

Rule: pure; it knows engine.md and no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from scenarios.model import approvals, decisions, outcomes, playbooks, preferences
from scenarios.model.commands import (
    Approve,
    ChangePlaybook,
    CreatePlaybook,
    Decide,
    DeprecatePlaybook,
    ListPlaybooks,
    PublishPlaybook,
    ReadApproval,
    ReadMetrics,
    ReadPolicy,
    ReadPreferences,
    ReportOutcome,
    SetPolicy,
    SetPreferences,
    Snooze,
)

if TYPE_CHECKING:
    from scenarios.model.commands import Command
    from scenarios.model.expecting import Expected
    from scenarios.model.state import State


def apply(state: State, command: Command) -> Expected:  # noqa: C901, PLR0911, PLR0912 - a table, one line each
    """Return what must be answered; reading the answer gives the state that follows."""
    match command:
        case CreatePlaybook():
            return playbooks.created(state, command)
        case ChangePlaybook():
            return playbooks.changed(state, command)
        case PublishPlaybook():
            return playbooks.published(state, command)
        case DeprecatePlaybook():
            return playbooks.deprecated(state, command)
        case ListPlaybooks():
            return playbooks.listed(state, command)
        case Decide():
            return decisions.decided(state, command)
        case SetPreferences():
            return preferences.wished(state, command)
        case ReadPreferences():
            return preferences.wishes_read(state, command)
        case Snooze():
            return preferences.snoozed(state, command)
        case SetPolicy():
            return preferences.ruled(state, command)
        case ReadPolicy():
            return preferences.rules_read(state, command)
        case ReportOutcome():
            return outcomes.reported(state, command)
        case Approve():
            return approvals.approved(state, command)
        case ReadApproval():
            return approvals.approval_read(state, command)
        case ReadMetrics():
            return outcomes.counted(state, command)
    assert_never(command)
