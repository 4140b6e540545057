"""What can be asked of an engine, as plain data.

Rule: people, playbooks and actions go by names and numbers of the model, never by an engine's ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.model.state import Recipe

Place = tuple[int, int]
"""A decision's number, and an action's number in it."""


@dataclass(frozen=True, slots=True)
class CreatePlaybook:
    """Write a draft."""

    by: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class ChangePlaybook:
    """Change some parts (members of its JSON) of a playbook to those of `recipe`."""

    by: str
    book: int
    recipe: Recipe
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishPlaybook:
    """Let a draft fire."""

    by: str
    book: int


@dataclass(frozen=True, slots=True)
class DeprecatePlaybook:
    """Let a playbook never fire again."""

    by: str
    book: int


@dataclass(frozen=True, slots=True)
class ListPlaybooks:
    """List playbooks, of one status or all."""

    by: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask for a decision. `event`: the signal's type and severity; None: there is no signal."""

    by: str
    event: tuple[str, str] | None = ("build.failed", "warn")
    branch: str = "main"
    repo: str = "repo-1"
    explicit: bool = False
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Say what an actor wants; None: a part that is left alone."""

    by: str
    of: str
    opt_out: frozenset[str] | None = None
    surfaces: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ReadPreferences:
    """Ask what an actor wants."""

    by: str
    of: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Let nothing reach an actor for so many hours; 0: an order that is none."""

    by: str
    of: str
    hours: int = 1


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Say what the tenant's actors may see; None: a part that is left alone."""

    by: str
    types: frozenset[str] | None = None
    surfaces: frozenset[str] | None = None
    quotas: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """Ask what the tenant's actors may see."""

    by: str


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """Say what became of an action (None: of one that nobody proposed).

    `under`: the decision that is named, where it is not the action's own.
    """

    by: str
    place: Place | None
    result: str = "shown"
    reason: bool = True
    under: int | None = None


@dataclass(frozen=True, slots=True)
class Approve:
    """Give an approval, or a rejection, to an action or to none. `name`: in whose name, if that is said."""

    by: str
    place: Place | None
    first: bool | None = None
    verdict: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ReadApproval:
    """Ask how far an action's approval is, or that of none."""

    by: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class ReadMetrics:
    """Ask for the tenant's counts."""

    by: str


Command = (
    CreatePlaybook
    | ChangePlaybook
    | PublishPlaybook
    | DeprecatePlaybook
    | ListPlaybooks
    | Decide
    | SetPreferences
    | ReadPreferences
    | Snooze
    | SetPolicy
    | ReadPolicy
    | ReportOutcome
    | Approve
    | ReadApproval
    | ReadMetrics
)
