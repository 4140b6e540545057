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
from fakes.records import Entry, Match
from fakes.shape.dispatch import make_call
from fakes.shape.identity import Identity, Key, keys_of
from fakes.shape.journal import JournalBook
from fakes.shape.plans import Plan
from fakes.shape.scripts import Scripts, Shot
from fakes.shape.stage import Stage

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
