"""Parallel tests never see each other: whatever two tenants do, in whatever order, neither notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.policy import PolicyFake
from fakes.records import Entry, Match, Scope, VerifyOrder
from fakes.shape.dispatch import make_call
from fakes.shape.identity import Identity, Key, keys_of
from fakes.shape.journal import JournalBook
from fakes.shape.plans import Phase, Plan
from fakes.shape.scripts import Scripts, Shot
from fakes.shape.stage import Stage
from fakes.shape.verification import verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.shape.call import Call

TENANTS = ("a", "b", "a:b", "")
OPERATIONS = ("GET /x", "GET /y")
STEPS = st.tuples(
    st.sampled_from(["script", "script once", "ask", "reset"]),
    st.sampled_from(TENANTS[:3]),
    st.sampled_from(OPERATIONS),
)


@dataclass
class Alone:
    """A fake as one tenant sees it: everything that tenant did, and nothing else."""

    scripts: list[list[object]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_a_tenants_scripts_and_journal_are_as_if_it_were_alone(steps: Sequence[tuple[str, str, str]]) -> None:
    numbers = count()
    scripts, journal = Scripts(lambda: 0.0), JournalBook(lambda: 0.0)
    worlds = {tenant: Alone() for tenant in TENANTS}

    for step, tenant, operation in steps:
        alone, identity = worlds[tenant], Identity(tenant=tenant)
        if step.startswith("script"):
            number = next(numbers)
            times = 1 if step == "script once" else None
            plan = Plan.always(Answer(200, str(number).encode()), times)
            scripts.arm(operation, Match(tenant=tenant), plan)
            alone.scripts.append([operation, number, times])
        elif step == "reset":
            scope: frozenset[Key] = frozenset(keys_of(Match(tenant=tenant)))
            scripts.reset(scope)
            journal.reset(scope)
            worlds[tenant] = Alone()
        else:
            journal.open(operation, identity, Request("GET", operation[4:]))
            alone.asked.append(operation)
            assert answered(scripts.fire(asked(operation), identity)) == expected(alone, operation)

    for tenant, alone in worlds.items():
        entries: tuple[Entry, ...] = journal.read([("tenant", tenant)])
        assert [entry.operation for entry in entries] == alone.asked
    assert len(journal.read()) == sum(len(alone.asked) for alone in worlds.values())


def asked(operation: str) -> Call:
    return make_call(Request("GET", operation[4:]), operation, 0.0)


def answered(shot: Shot | None) -> int | None:
    if shot is None:
        return None
    assert isinstance(shot.act, Answer)
    return int(shot.act.body)


def expected(alone: Alone, operation: str) -> int | None:
    """Return what the newest script of this tenant alone would say."""
    for script in reversed(alone.scripts):
        if script[0] == operation and script[2] != 0:
            if script[2] == 1:
                script[2] = 0
            number = script[1]
            assert isinstance(number, int)
            return number
    return None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["tenant", "token", "sub", "traceparent"]), min_size=1, max_size=4, unique=True),
    st.sampled_from(["same", "other", "missing"]),
)
def test_a_script_is_for_those_who_have_all_that_it_names(kinds: list[str], how: str) -> None:
    scripts = Scripts(lambda: 0.0)
    scripts.arm(None, msgspec.convert(dict.fromkeys(kinds, "x"), Match), Plan.always(Answer(200)))
    whose = dict.fromkeys(kinds, "x")
    if how == "other":
        whose[kinds[-1]] = "y"
    elif how == "missing":
        del whose[kinds[-1]]

    fired = scripts.fire(asked("GET /x"), Identity(**whose))

    assert (fired is not None) is (how == "same")


# Two callers with no key in common, however each of them is known.
KINDS = ("tenant", "token", "sub", "traceparent")
CALLERS = tuple({kind: f"{who}-{kind}" for kind in KINDS} for who in ("ann", "bob"))
DOINGS = st.tuples(
    st.sampled_from(["script", "sequence", "ask", "heal", "reset", "verify"]),
    st.integers(0, 1),
    st.sets(st.sampled_from(KINDS), min_size=1),
)


@dataclass
class Life:
    """A fake's scripts and journal, and what one caller has seen of them."""

    scripts: Scripts = field(default_factory=lambda: Scripts(lambda: 0.0))
    journal: JournalBook = field(default_factory=lambda: JournalBook(lambda: 0.0))
    armed: list[list[str]] = field(default_factory=lambda: [[], []])
    seen: list[list[object]] = field(default_factory=lambda: [[], []])

    def live(self, what: str, who: int, kinds: set[str], number: int) -> None:
        """Let one caller do something, known by some of its keys, and note what it sees."""
        known = {kind: value for kind, value in CALLERS[who].items() if kind in kinds}
        scope = frozenset(keys_of(msgspec.convert(known, Scope)))
        if what in {"script", "sequence"}:
            phases = (Phase(Answer(200, str(number).encode()), 1 if what == "sequence" else None),)
            script = self.scripts.arm(None, msgspec.convert(known, Match), Plan(phases))
            self.armed[who].append(script.id)
        elif what == "ask":
            call, identity = asked("GET /x"), Identity(**known)
            line = self.journal.open("GET /x", identity, call.request)
            shot = self.scripts.fire(call, identity)
            self.seen[who].append(answered(shot))
            line.script_id = None if shot is None else str(answered(shot))
        elif what == "heal" and self.armed[who]:
            state = self.scripts.heal(self.armed[who].pop())
            self.seen[who].append(state and (state.hits, state.exhausted))
        elif what == "reset":
            self.scripts.reset(scope)
            self.journal.reset(scope)
        elif what == "verify":
            order = VerifyOrder(match=msgspec.convert(known, Match), at_least=1000)
            verified = verify(order, self.journal)
            misses = verified.nearest and [(miss.matcher, miss.actual) for miss in verified.nearest.misses]
            self.seen[who].append((verified.count, misses))
        self.look(who)

    def look(self, who: int) -> None:
        """Note the scripts and the journal by each of a caller's keys."""
        for key in keys_of(msgspec.convert(CALLERS[who], Scope)):
            states = self.scripts.of(frozenset([key]))
            lines = self.journal.read([key])
            self.seen[who].append([(state.does, state.hits, state.exhausted) for state in states])
            self.seen[who].append([(line.operation, line.script_id) for line in lines])


@settings(max_examples=150, deadline=None)
@given(st.lists(DOINGS, max_size=25))
def test_two_with_no_key_in_common_live_as_if_each_were_alone(
    doings: Sequence[tuple[str, int, set[str]]],
) -> None:
    together, alone = Life(), (Life(), Life())

    for number, (what, who, kinds) in enumerate(doings):
        together.live(what, who, kinds, number)
        alone[who].live(what, who, kinds, number)

    assert together.seen == [alone[0].seen[0], alone[1].seen[1]]


def test_a_request_that_is_known_by_nothing_meets_only_what_is_for_everybody() -> None:
    scripts = Scripts(lambda: 0.0)
    scripts.arm(None, Match(tenant=""), Plan.always(Answer(200)))
    scripts.arm(None, Match(tenant="a"), Plan.always(Answer(200)))
    everybody = scripts.arm(None, Match(), Plan.always(Answer(200)))

    shot = scripts.fire(asked("GET /x"), Identity())

    assert shot is not None
    assert shot.script is everybody


def test_two_fakes_of_one_kind_share_nothing() -> None:
    one, other = Stage(PolicyFake()), Stage(PolicyFake())
    order = b'{"fault": {"kind": "status", "status": 500}}'
    one.handle(Request("POST", "/__fake__/scripts", body=order))

    answers = [stage.handle(Request("GET", "/health")) for stage in (one, other)]

    assert [isinstance(answer, Answer) for answer in answers] == [False, True]
