"""The machine: Hypothesis draws what is done next, an engine answers, the model judges.

Rule: what can be drawn next never depends on what an engine was free to choose, else two runs of one sequence
would differ: people, playbooks and actions are picked by number, newest first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from scenarios.model.commands import (
    Approve,
    ChangePlaybook,
    Command,
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
from scenarios.model.drawing import (
    ADMIN,
    APPROVAL,
    BY,
    CHANGE,
    EVENT,
    HOURS,
    OFFER,
    OUTCOME,
    PICK,
    QUOTAS,
    REPO,
    RULES,
    SHAPE,
    SIGNAL,
    STATUS,
    WHOM,
    WISH,
    most_of,
)
from scenarios.model.expecting import Answer
from scenarios.model.outcomes import NEED_REASON
from scenarios.model.people import ACTORS, cast_of
from scenarios.model.reference import apply
from scenarios.model.requests import request_of
from scenarios.model.state import SURFACES, TYPES, Recipe, State, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harness.scenario import Trials
    from scenarios.model.commands import Place

MOST_BOOKS = 8
ASKED_BEFORE = 4
SUCCESS = range(200, 300)
DECIDED, NUDGED = "Decide done", "decisions with actions"
WHOLE, DEGRADED = "decisions undegraded", "decisions degraded"
REFUSED = (Approve, ReportOutcome)
KINDS = (
    *(f"{command.__name__} done" for command in get_args(Command)),
    *(f"{command.__name__} refused" for command in REFUSED),
)
"""What must have happened once at least."""


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be done next: how often, when, and with what. `does`: a method of the machine."""

    does: Callable[..., None]
    weight: int = 1
    when: Callable[[Machine], bool] = lambda _: True
    draws: Mapping[str, st.SearchStrategy[Any]] = field(default_factory=dict)


class Machine(RuleBasedStateMachine):
    """One trial: a tenant from its beginning on."""

    def __init__(self, trials: Trials) -> None:
        super().__init__()
        self._trials = trials
        self._trial = trials.begin()
        self._written = 0
        self.state = State(cast_of(self._trial.people))

    @rule(data=st.data())
    def something_is_done(self, data: st.DataObject) -> None:
        """Draw one of the moves that are possible now, and what it needs.

        It is one rule: of several, Hypothesis leaves some out of a whole trial, with all they lead to.
        """
        possible = [move for move in MOVES if move.when(self) for _ in range(move.weight)]
        move = data.draw(st.sampled_from(possible))
        self._make(move, data.draw(st.fixed_dictionaries(dict(move.draws))))

    def repeat(self, moves: Sequence[tuple[Move, dict[str, Any]]]) -> None:
        """Make these moves again, those that are possible."""
        for move, parts in moves:
            if move.when(self):
                self._make(move, parts)

    def _make(self, move: Move, parts: dict[str, Any]) -> None:
        self._trial.moves.append((move, parts))
        move.does(self, **parts)

    def teardown(self) -> None:
        """End the trial."""
        self._trial.close()

    def does(self, command: Command) -> None:
        """Send a command and compare its answer with what the model expects."""
        expected, request = apply(self.state, command), request_of(self.state, command)
        with self._trials.step(self._trial, expected.requirements):
            reply = self._trial.ask(
                request.method,
                request.path,
                by=self.state.people[command.by],
                body=request.body,
                query=request.query,
            )
            body = reply.raw.json() if reply.status in SUCCESS and reply.raw.body else None
            self.state = expected.read(Answer(reply.status, body))
            self._counts(command, reply.status)

    def _counts(self, command: Command, status: int) -> None:
        """Count what was done and what was refused; of decisions, those that came with actions."""
        kind = type(command).__name__
        if status not in SUCCESS:
            self._trials.count(f"{kind} refused")
            return
        self._trials.count(f"{kind} done")
        if isinstance(command, Decide):
            decision = self.state.decisions[-1]
            self._trials.count(DEGRADED if decision.degraded else WHOLE)
            if decision.nudges:
                self._trials.count(NUDGED)

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
        after = self._changed(self.state.books[number].current, shape, parts)
        self.does(ChangePlaybook("admin", number, after, ("name", *parts)))
        if goes_on:
            self.does(PublishPlaybook("tenant_admin", number))

    def a_playbook_is_published(self, pick: int, by: str) -> None:
        """Publish a draft, or what is published or deprecated already."""
        self.does(PublishPlaybook(by, self._book(pick)))

    def a_playbook_is_deprecated(self, pick: int) -> None:
        """Let a playbook fire no more."""
        self.does(DeprecatePlaybook("admin", self._book(pick)))

    def playbooks_are_listed(self, status: str | None) -> None:
        """List playbooks, as anybody of the tenant."""
        self.does(ListPlaybooks("dev0", status))

    def somebody_new_decides(self, event: tuple[str, str] | None, branch: str, repo: str) -> None:
        """Ask for an actor who has had nothing yet, or little."""
        self.does(Decide(self._next(), event, branch, repo))

    def somebody_decides(
        self, pick: int, event: tuple[str, str] | None, branch: str, repo: str, *, twice: bool
    ) -> None:
        """Ask for an actor, who may have asked before; perhaps the same twice."""
        for _ in range(1 + twice):
            self.does(Decide(ACTORS[pick], event, branch, repo))

    def a_trigger_is_evaluated(self, event: tuple[str, str] | None, repo: str) -> None:
        """Evaluate a signal explicitly; without one that is refused."""
        self.does(Decide(self._next(), event, "main", repo, explicit=True))

    def an_offer_is_made(self, priority: int, who: str) -> None:
        """Let a playbook fire whose action needs two approvals, and ask for somebody who may get it."""
        self.does(CreatePlaybook("admin", self._worded(Recipe("", (OFFER,), priority))))
        self.does(PublishPlaybook("admin", len(self.state.books) - 1))
        self.does(Decide(who or self._next()))

    def categories_are_refused(self, pick: int, types: frozenset[str], by: str, then: str) -> None:
        """Let an actor opt out of all but these types, by itself or by an admin, and see what comes of it."""
        actor = ACTORS[pick] if pick < ASKED_BEFORE else self._next()
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
            self.does(Decide(self._next()))

    def quotas_are_set(self, quotas: tuple[int, int], by: str) -> None:
        """Change how many actions an actor may have."""
        self.does(SetPolicy(by, quotas=quotas))

    def the_policy_is_read(self, by: str) -> None:
        """Read the tenant's policy."""
        self.does(ReadPolicy(by))

    def an_outcome_is_reported(self, pick: int, result: str, flaw: str, *, reads: bool) -> None:
        """Report what became of an action (with a flaw, of another decision's or without its reason)."""
        place = self._place(pick, dual=False)
        by = self.state.decisions[place[0]].actor if place else "dev0"
        reason = flaw != "reason" or result not in NEED_REASON
        under = None
        if flaw == "decision" and place and len(self.state.decisions) > 1:
            under = (place[0] + 1) % len(self.state.decisions)
        self.does(ReportOutcome(by, place, result, reason, under))
        if reads:
            self.does(ReadMetrics("admin"))

    def approvals_are_given(self, pick: int, who: list[tuple[str, dict[str, Any]]]) -> None:
        """Approve, in turn or not, what needs two approvals: several people, one after the other."""
        place = self._place(pick, dual=True)
        actor = self.state.decisions[place[0]].actor if place else "dev0"
        for name, how in who:
            self.does(Approve(actor if name == "actor" else name, place, **how))

    def an_approval_is_read(self, pick: int) -> None:
        """Ask how far an approval is."""
        self.does(ReadApproval("dev0", self._place(pick, dual=True)))

    def metrics_are_read(self, by: str) -> None:
        """Read what was counted."""
        self.does(ReadMetrics(by))

    def somebody_tries_who_may_not(self, pick: int, how: int) -> None:
        """Do what somebody else may do, or nobody."""
        commands = self._trespasses(pick)
        self.does(commands[how % len(commands)])

    def _changed(self, before: Recipe, shape: Recipe, parts: tuple[str, ...]) -> Recipe:
        """Return a playbook's content after a change of these parts, and of the name."""
        new = self._worded(shape)
        after = replace(before, name=new.name)
        if "actions" in parts:
            after = replace(after, templates=new.templates[: 1 if before.limit else None])
        if "triggers" in parts:
            after = replace(after, triggers=new.triggers)
        if "conditions" in parts:
            after = replace(after, conditions=new.conditions)
        return replace(after, priority=new.priority) if "limits" in parts else after

    def _trespasses(self, pick: int) -> list[Command]:
        me, other = ACTORS[pick], ACTORS[(pick + 1) % len(ACTORS)]
        commands: list[Command] = [
            Decide("reader"),
            Decide(me, abroad=True),
            CreatePlaybook(me, self._worded(Recipe("", (Template(""),)))),
            SetPolicy(me, types=frozenset()),
            SetPolicy("stranger", types=frozenset()),
            ReadPolicy("approver"),
            ReadMetrics(me),
            ReadMetrics("stranger"),
            SetPreferences(me, other, opt_out=frozenset(TYPES)),
            Snooze("approver", me),
            ReadPreferences(me, other),
            ListPlaybooks("stranger"),
        ]
        if self.state.books:
            book = self._book(pick)
            commands += [PublishPlaybook(me, book), DeprecatePlaybook(me, book)]
            renamed = self._worded(self.state.books[book].current)
            commands += [ChangePlaybook(by, book, renamed, ("name",)) for by in (me, "stranger")]
            commands += [PublishPlaybook("stranger", book), DeprecatePlaybook("stranger", book)]
        if self.state.decisions:
            place = self._place(pick, dual=True)
            commands += [Approve("stranger", place), ReadApproval("stranger", place)]
            commands += [ReportOutcome("stranger", place)]
        return commands

    def _worded(self, shape: Recipe) -> Recipe:
        """Give a shape its words: a name and titles that nothing else has."""
        self._written += 1
        templates = shape.templates[: 1 if shape.limit else None]
        titled = (
            replace(template, title=f"Fact {self._written}.{number}")
            for number, template in enumerate(templates, 1)
        )
        return replace(shape, name=f"Playbook {self._written}", templates=tuple(titled))

    def _looks(self, actor: str, then: str) -> None:
        """See what has come of an actor's wishes."""
        if then == "read":
            self.does(ReadPreferences("admin", actor))
        elif then == "decide":
            self.does(Decide(actor))

    def _book(self, pick: int) -> int:
        """Pick a playbook."""
        return len(self.state.books) - 1 - pick % len(self.state.books)

    def _next(self) -> str:
        """Return who has had the least so far, of those who are awake."""
        had = Counter(decision.actor for decision, _ in self.state.shown())
        awake = [actor for actor in ACTORS if not self.state.wishes(actor).snoozed] or ACTORS
        return min(awake, key=lambda actor: had[actor])

    def _place(self, pick: int, *, dual: bool) -> Place | None:
        """Pick an action, where `dual` one that needs two approvals if there is any; None: there is none."""
        every = [
            (number, index)
            for number, decision in enumerate(self.state.decisions)
            for index, _ in enumerate(decision.nudges)
        ]
        needing = [place for place in every if self._nudge_needs_two(place)]
        places = needing if dual and needing else every
        return places[-1 - pick % len(places)] if places else None

    def _nudge_needs_two(self, place: Place) -> bool:
        return self.state.decisions[place[0]].nudges[place[1]].approval is not None


def _live(machine: Machine) -> bool:
    """Tell whether there is a playbook that fires."""
    return any(book.published and not book.deprecated for book in machine.state.books)


def _two_live(machine: Machine) -> bool:
    return sum(bool(book.published and not book.deprecated) for book in machine.state.books) > 1


def _open(machine: Machine) -> bool:
    return any(not book.deprecated for book in machine.state.books)


def _room(machine: Machine) -> bool:
    return len(machine.state.books) < MOST_BOOKS


def _decided(machine: Machine) -> bool:
    return bool(machine.state.decisions)


MOVES = (
    Move(Machine.a_playbook_is_written_and_published, 3, _room, {"shape": SHAPE}),
    Move(Machine.an_offer_is_made, 2, _room, {"priority": st.sampled_from((90, 10)), "who": WHOM}),
    Move(Machine.a_draft_is_written, 1, _room, {"shape": SHAPE, "by": ADMIN}),
    Move(Machine.a_playbook_is_changed, 2, _open, CHANGE),
    Move(Machine.a_playbook_is_published, 1, _open, {"pick": PICK, "by": ADMIN}),
    Move(Machine.a_playbook_is_deprecated, 1, _two_live, {"pick": PICK}),
    Move(Machine.playbooks_are_listed, 1, _open, {"status": STATUS}),
    Move(Machine.somebody_new_decides, 5, _live, SIGNAL),
    Move(Machine.somebody_decides, 5, _live, {"pick": PICK, **SIGNAL, "twice": st.booleans()}),
    Move(Machine.a_trigger_is_evaluated, 1, _live, {"event": EVENT, "repo": REPO}),
    Move(Machine.categories_are_refused, 2, _live, {**WISH, "types": most_of(TYPES), "by": BY}),
    Move(Machine.surfaces_are_preferred, 2, _live, {**WISH, "surfaces": most_of(SURFACES)}),
    Move(Machine.preferences_are_read, 1, draws={"pick": PICK, "by": st.sampled_from(("", "tenant_admin"))}),
    Move(Machine.an_actor_snoozes_and_decides, 1, _decided, {"pick": PICK, "hours": HOURS}),
    Move(Machine.the_policy_changes, 3, _live, RULES),
    Move(Machine.quotas_are_set, 3, draws={"quotas": st.sampled_from(QUOTAS), "by": ADMIN}),
    Move(Machine.the_policy_is_read, 1, draws={"by": ADMIN}),
    Move(Machine.an_outcome_is_reported, 3, _decided, OUTCOME),
    Move(Machine.approvals_are_given, 4, _decided, APPROVAL),
    Move(Machine.an_approval_is_read, 1, _decided, {"pick": PICK}),
    Move(Machine.metrics_are_read, 1, _decided, {"by": ADMIN}),
    Move(Machine.somebody_tries_who_may_not, 3, _live, {"pick": PICK, "how": st.integers(0, 20)}),
)
