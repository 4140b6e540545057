"""Deeds: what people of a tenant do, each one command or a few that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.model.asking import Asking
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
from scenarios.model.drawing import OFFER
from scenarios.model.outcomes import NEED_REASON
from scenarios.model.people import ACTORS
from scenarios.model.picking import book_of, next_actor, place_of
from scenarios.model.shaping import changed, worded
from scenarios.model.state import TYPES, Recipe
from scenarios.model.trespassing import trespasses

if TYPE_CHECKING:
    from harness.scenario import Trials

ASKED_BEFORE = 4


class Deeds(Asking):
    """All that can be done; what is picked by number is there."""

    def __init__(self, trials: Trials) -> None:
        super().__init__(trials)
        self._written = 0

    def a_playbook_is_written_and_published(self, shape: Recipe) -> None:
        """Let a new playbook fire."""
        self.does(CreatePlaybook("admin", self._worded(shape)))
        self.does(PublishPlaybook("admin", len(self.state.books) - 1))

    def a_draft_is_written(self, shape: Recipe, by: str) -> None:
        """Keep a draft."""
        self.does(CreatePlaybook(by, self._worded(shape)))

    def a_playbook_is_changed(
        self, pick: int, shape: Recipe, parts: tuple[str, ...], *, goes_on: bool
    ) -> None:
        """Change a playbook's name, and one part more (its own limit stays); publish it then, perhaps."""
        books = [number for number, book in enumerate(self.state.books) if not book.deprecated]
        number = books[-1 - pick % len(books)]
        after = changed(self.state.books[number].current, self._worded(shape), parts)
        self.does(ChangePlaybook("admin", number, after, ("name", *parts)))
        if goes_on:
            self.does(PublishPlaybook("tenant_admin", number))

    def a_playbook_is_published(self, pick: int, by: str) -> None:
        """Publish a draft, or what is published or deprecated already."""
        self.does(PublishPlaybook(by, book_of(self.state, pick)))

    def a_playbook_is_deprecated(self, pick: int) -> None:
        """Let a playbook fire no more."""
        self.does(DeprecatePlaybook("admin", book_of(self.state, pick)))

    def playbooks_are_listed(self, status: str | None) -> None:
        """List playbooks, as anybody of the tenant."""
        self.does(ListPlaybooks("dev0", status))

    def somebody_new_decides(self, event: tuple[str, str] | None, branch: str, repo: str) -> None:
        """Ask for an actor who has had nothing yet, or little."""
        self.does(Decide(next_actor(self.state), event, branch, repo))

    def somebody_decides(
        self, pick: int, event: tuple[str, str] | None, branch: str, repo: str, *, twice: bool
    ) -> None:
        """Ask for an actor, who may have asked before; perhaps the same twice."""
        for _ in range(1 + twice):
            self.does(Decide(ACTORS[pick], event, branch, repo))

    def a_trigger_is_evaluated(self, event: tuple[str, str] | None, repo: str) -> None:
        """Evaluate a signal explicitly; without one that is refused."""
        self.does(Decide(next_actor(self.state), event, "main", repo, explicit=True))

    def an_offer_is_made(self, priority: int, who: str) -> None:
        """Let a playbook fire whose action needs two approvals, and ask for somebody who may get it."""
        self.does(CreatePlaybook("admin", self._worded(Recipe("", (OFFER,), priority))))
        self.does(PublishPlaybook("admin", len(self.state.books) - 1))
        self.does(Decide(who or next_actor(self.state)))

    def categories_are_refused(self, pick: int, types: frozenset[str], by: str, then: str) -> None:
        """Let an actor opt out of all but these types, by itself or by an admin, and see what comes of it."""
        actor = ACTORS[pick] if pick < ASKED_BEFORE else next_actor(self.state)
        self.does(SetPreferences(by or actor, actor, opt_out=frozenset(TYPES) - types))
        self._looks(actor, then)

    def surfaces_are_preferred(self, pick: int, surfaces: frozenset[str], then: str) -> None:
        """Let an actor prefer these surfaces, and see what comes of it."""
        self.does(SetPreferences(ACTORS[pick], ACTORS[pick], surfaces=surfaces))
        self._looks(ACTORS[pick], then)

    def preferences_are_read(self, pick: int, by: str) -> None:
        """Read an actor's preferences, as itself or as an admin."""
        self.does(ReadPreferences(by or ACTORS[pick], ACTORS[pick]))

    def an_actor_snoozes_and_decides(self, pick: int, hours: int) -> None:
        """Let an actor have silence, and see that it has."""
        self.does(Snooze(ACTORS[pick], ACTORS[pick], hours))
        self.does(Decide(ACTORS[pick]))

    def the_policy_changes(
        self, types: frozenset[str], surfaces: frozenset[str], parts: str, then: str
    ) -> None:
        """Change which types or surfaces the tenant has, and see what comes of it."""
        given_types, given_surfaces = parts != "surfaces", parts != "types"
        self.does(SetPolicy("admin", types if given_types else None, surfaces if given_surfaces else None))
        if then == "read":
            self.does(ReadPolicy("tenant_admin"))
        elif then == "decide":
            self.does(Decide(next_actor(self.state)))

    def quotas_are_set(self, quotas: tuple[int, int], by: str) -> None:
        """Change how many actions an actor may have."""
        self.does(SetPolicy(by, quotas=quotas))

    def the_policy_is_read(self, by: str) -> None:
        """Read the tenant's policy."""
        self.does(ReadPolicy(by))

    def an_outcome_is_reported(self, pick: int, result: str, flaw: str, *, reads: bool) -> None:
        """Report what became of an action (with a flaw, of another decision's or without its reason)."""
        place = place_of(self.state, pick, dual=False)
        by = self.state.decisions[place[0]].actor if place else "dev0"
        reason = flaw != "reason" or result not in NEED_REASON
        under = None
        if flaw == "decision" and place and len(self.state.decisions) > 1:
            under = (place[0] + 1) % len(self.state.decisions)
        self.does(ReportOutcome(by, place, result, reason, under))
        if reads:
            self.does(ReadMetrics("admin"))

    def approvals_are_given(self, pick: int, who: list[tuple[str, dict[str, Any]]]) -> None:
        """Approve, in turn or not, what needs two approvals: several people, one by one; then look."""
        place = place_of(self.state, pick, dual=True)
        actor = self.state.decisions[place[0]].actor if place else "dev0"
        for name, how in who:
            self.does(Approve(actor if name == "actor" else name, place, **how))
        self.does(ReadApproval(actor, place))

    def an_approval_is_read(self, pick: int) -> None:
        """Ask how far an approval is."""
        self.does(ReadApproval("dev0", place_of(self.state, pick, dual=True)))

    def metrics_are_read(self, by: str) -> None:
        """Read what was counted."""
        self.does(ReadMetrics(by))

    def somebody_tries_who_may_not(self, pick: int, how: int) -> None:
        """Do what somebody else may do, or nobody."""
        commands = trespasses(self.state, pick, self._worded)
        self.does(commands[how % len(commands)])

    def _worded(self, shape: Recipe) -> Recipe:
        """Give a shape its words: a name and titles that nothing else has."""
        self._written += 1
        return worded(shape, self._written)

    def _looks(self, actor: str, then: str) -> None:
        """See what has come of an actor's wishes."""
        if then == "read":
            self.does(ReadPreferences("admin", actor))
        elif then == "decide":
            self.does(Decide(actor))
