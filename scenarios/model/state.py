"""What the model knows of one tenant: plain, frozen data.

Rules: pure; whatever can be counted from what happened is counted, not kept. Ids, versions and other free
choices of an engine are here only once an answer has told them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.scenario import Persona

TYPES = ("mirror", "mentor", "multiplier")
SURFACES = ("ide", "ci", "alert")
SEVERITIES = ("info", "warn", "high", "critical")
ADMIN_ROLES = frozenset({"mmm_admin", "tenant_admin"})
APPROVER_ROLES = ADMIN_ROLES | {"mmm_approver"}
FINAL = frozenset({"accepted", "dismissed", "failed"})
PER_HOUR, PER_DAY = 3, 10

DRAFT, PUBLISHED, DEPRECATED = "draft", "published", "deprecated"
PENDING, FIRST, FULLY, REJECTED = "pending", "first_approved", "fully_approved", "rejected"


@dataclass(frozen=True, slots=True)
class Template:
    """An action as a playbook has it; its title is its own, whatever else is changed."""

    title: str
    type: str = "mirror"
    surfaces: tuple[str, ...] = ("ide",)
    dual: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a signal must be like."""

    event_type: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What the context or the caller must be like."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """A playbook's content. `limit`: one of its own limits; such a playbook has one action."""

    name: str
    templates: tuple[Template, ...]
    priority: int = 50
    triggers: tuple[Trigger, ...] = ()
    conditions: tuple[Condition, ...] = ()
    limit: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """A playbook. `editions`: every content it ever had; `version`: what the published one is called."""

    id: str
    editions: tuple[Recipe, ...]
    draft: Recipe | None = None
    published: Recipe | None = None
    deprecated: bool = False
    version: str | None = None
    former_versions: frozenset[str] = frozenset()

    @property
    def status(self) -> str:
        """Return its status; a published one with a draft beside it is published."""
        if self.deprecated:
            return DEPRECATED
        return PUBLISHED if self.published else DRAFT

    @property
    def current(self) -> Recipe:
        """Return what an admin works on."""
        return self.draft or self.published or self.editions[-1]


@dataclass(frozen=True, slots=True)
class Nudge:
    """An action that was proposed. `approval`: None where it needs none."""

    id: str
    book: int
    template: Template
    approval: str | None = None
    approval_id: str | None = None
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was made, for whom and where."""

    id: str
    actor: str
    repo: str
    nudges: tuple[Nudge, ...] = ()
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome that was taken. `sure`: it must be counted; else it may be, as the engine chooses."""

    decision: int
    nudge: int
    result: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an actor has said. `surfaces`: empty: all. `id`: once an answer has told it."""

    opt_out: frozenset[str] = frozenset()
    surfaces: frozenset[str] = frozenset()
    snoozed: bool = False
    known: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the tenant has said; None: nothing yet, so that all is enabled and quotas are the default."""

    types: frozenset[str] | None = None
    surfaces: frozenset[str] | None = None
    quotas: tuple[int, int] | None = None
    known: bool = False
    id: str | None = None

    @property
    def quotas_now(self) -> tuple[int, int]:
        """Return how many actions an actor may have, an hour and a day."""
        return self.quotas or (PER_HOUR, PER_DAY)

    def enables(self, surface: str) -> bool:
        """Tell whether a surface may be used."""
        return self.surfaces is None or surface in self.surfaces


@dataclass(frozen=True, slots=True)
class State:
    """One tenant, from the beginning on. `people`: who there is, by name."""

    people: Mapping[str, Persona]
    books: tuple[Book, ...] = ()
    decisions: tuple[Decision, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    outcome_ids: frozenset[str] = frozenset()
    preferences: Mapping[str, Preferences] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)

    @property
    def tenant(self) -> str:
        """Return the tenant's id."""
        return self.people["admin"].tenant_id

    def is_home(self, name: str) -> bool:
        """Tell whether somebody is of this tenant."""
        return self.people[name].tenant_id == self.tenant

    def is_admin(self, name: str) -> bool:
        """Tell whether somebody is an admin of this tenant."""
        return self.is_home(name) and not ADMIN_ROLES.isdisjoint(self.people[name].roles)

    def wishes(self, name: str) -> Preferences:
        """Return what somebody wants."""
        return self.preferences.get(name, Preferences())

    def shown(self) -> Iterator[tuple[Decision, Nudge]]:
        """Yield every action that was proposed, and in which decision."""
        for decision in self.decisions:
            for nudge in decision.nudges:
                yield decision, nudge

    def with_book(self, number: int, book: Book) -> State:
        """Return the state with another state of a playbook."""
        return replace(self, books=(*self.books[:number], book, *self.books[number + 1 :]))

    def with_nudge(self, place: tuple[int, int], nudge: Nudge) -> State:
        """Return the state with another state of an action."""
        decision = self.decisions[place[0]]
        nudges = (*decision.nudges[: place[1]], nudge, *decision.nudges[place[1] + 1 :])
        changed = replace(decision, nudges=nudges)
        return replace(
            self, decisions=(*self.decisions[: place[0]], changed, *self.decisions[place[0] + 1 :])
        )

    def with_wishes(self, name: str, wishes: Preferences) -> State:
        """Return the state with other wishes of somebody."""
        return replace(self, preferences={**self.preferences, name: wishes})
