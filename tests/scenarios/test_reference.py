"""What the model expects: it is as strict as the specification, and as open."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.driving.names import Names
from harness.driving.people import People
from harness.scenario import MismatchError
from scenarios.model.approvals import STEPS
from scenarios.model.commands import (
    Approve,
    Decide,
    ListPlaybooks,
    ReadMetrics,
    ReadPolicy,
    ReportOutcome,
    SetPolicy,
)
from scenarios.model.decisions import template_json
from scenarios.model.expecting import Answer
from scenarios.model.people import cast_of
from scenarios.model.reference import apply
from scenarios.model.state import (
    FIRST,
    FULLY,
    PENDING,
    REJECTED,
    Book,
    Decision,
    Nudge,
    Outcome,
    Policy,
    Recipe,
    State,
    Template,
)

if TYPE_CHECKING:
    from scenarios.model.commands import Command

NAMES = Names(1, "reference")
PEOPLE = cast_of(People(NAMES, NAMES.tenant()))


def an_id() -> str:
    return str(uuid.uuid4())


def a_book(title: str, priority: int = 50) -> Book:
    recipe = Recipe(f"Book {title}", (Template(title),), priority)
    return Book(an_id(), (recipe,), published=recipe)


def a_state(*books: Book, **parts: Any) -> State:  # noqa: ANN401 - a state's own parts
    return State(PEOPLE, books=books, **parts)


def a_decision(
    state: State, *titles: str, by: str = "dev0", version: str = "1.0.0", **parts: object
) -> Answer:
    """Return a right answer with these actions, in this order."""
    books = {template.title: (book, template) for book in state.books for template in book.current.templates}
    actions = [
        template_json(books[title][1])
        | {
            "action_id": an_id(),
            "requires_consent": True,
            "requires_dual_channel": False,
            "playbook_id": books[title][0].id,
            "playbook_version": version,
        }
        for title in titles
    ]
    decision: dict[str, Any] = {"decision_id": an_id(), "tenant_id": state.tenant, "actor_id": PEOPLE[by].sub}
    decision |= {"actor_type": "human", "degraded_mode": False, "actions": actions}
    return Answer(200, {"decision": decision | parts})


def takes(state: State, command: Command, answer: Answer) -> State | None:
    """Return what an answer leads to; None: the model does not take it."""
    try:
        return apply(state, command).read(answer)
    except MismatchError:
        return None


def blamed(state: State, command: Command, answer: Answer) -> tuple[str, ...]:
    with pytest.raises(MismatchError) as caught:
        apply(state, command).read(answer)
    return caught.value.requirements


@given(
    priorities=st.lists(st.sampled_from((10, 50, 90)), min_size=1, max_size=5),
    quota=st.integers(0, 6),
    data=st.data(),
)
@settings(max_examples=60)
def test_as_many_of_the_most_important_come_as_quotas_allow(
    priorities: list[int], quota: int, data: st.DataObject
) -> None:
    books = [a_book(f"T{number}", priority) for number, priority in enumerate(priorities)]
    state = a_state(*books, policy=Policy(quotas=(quota, 9)))
    chosen = data.draw(st.lists(st.sampled_from(range(len(books))), unique=True))
    picked = [priorities[number] for number in chosen]
    rest = [priority for number, priority in enumerate(priorities) if number not in chosen]

    taken = takes(state, Decide("dev0"), a_decision(state, *(f"T{number}" for number in chosen)))

    right = (
        len(chosen) == min(quota, len(books))
        and picked == sorted(picked, reverse=True)
        and min(picked, default=99) >= max(rest, default=0) * bool(picked)
    )
    assert (taken is not None) is right


def test_what_an_actor_has_had_is_spent_whatever_the_quota_is_by_now() -> None:
    state = a_state(a_book("A"), a_book("B"), policy=Policy(quotas=(1, 9)))
    answers: list[list[str]] = [["A"], [], ["B"]]
    policies = (1, 9), (1, 9), (2, 9)

    for quotas, titles in zip(policies, answers, strict=True):
        state = replace(state, policy=Policy(quotas=quotas))
        state = apply(state, Decide("dev0")).read(a_decision(state, *titles))

    assert blamed(state, Decide("dev0"), a_decision(state, "A")) == ("FR-7",)
    assert takes(state, Decide("dev1"), a_decision(state, "A", "B", by="dev1"))


def test_a_degraded_decision_may_have_less_and_never_more() -> None:
    state = a_state(a_book("A"), a_book("B"), policy=Policy(quotas=(1, 9)))

    less = takes(state, Decide("dev0"), a_decision(state, degraded_mode=True))
    more = takes(state, Decide("dev0"), a_decision(state, "A", "B", degraded_mode=True))

    assert less is not None
    assert less.decisions[0].degraded
    assert more is None
    assert takes(state, Decide("dev0"), a_decision(state)) is None


def test_a_version_is_one_content() -> None:
    book = replace(a_book("A"), version="1.0.0", former_versions=frozenset({"0.9.0"}))
    fresh = replace(book, version=None, former_versions=frozenset({"1.0.0"}))

    same = takes(a_state(book), Decide("dev0"), a_decision(a_state(book), "A", version="1.0.0"))
    new = takes(a_state(fresh), Decide("dev0"), a_decision(a_state(fresh), "A", version="7.0.0"))

    assert same is not None
    assert new is not None
    assert new.books[0].version == "7.0.0"
    for state, version in ((a_state(book), "1.1.0"), (a_state(fresh), "1.0.0")):
        assert blamed(state, Decide("dev0"), a_decision(state, "A", version=version)) == ("FR-3",)


def test_a_draft_beside_what_is_published_may_hide_either_in_a_list_but_not_both() -> None:
    plain = a_book("A")
    draft = replace(plain.current, name="Draft")
    state = a_state(replace(plain, editions=(*plain.editions, draft), draft=draft))
    told = {"playbook_id": plain.id}
    published, drafted = (
        told | {"name": "Book A", "status": "published"},
        told | {"name": "Draft", "status": "draft"},
    )

    assert takes(state, ListPlaybooks("dev0"), Answer(200, [published]))
    assert takes(state, ListPlaybooks("dev0"), Answer(200, [drafted]))
    assert takes(state, ListPlaybooks("dev0"), Answer(200, [published, drafted]))
    assert takes(state, ListPlaybooks("dev0", "published"), Answer(200, []))
    assert blamed(state, ListPlaybooks("dev0"), Answer(200, [])) == ("FR-3",)
    assert blamed(state, ListPlaybooks("dev0", "published"), Answer(200, [drafted])) == ("FR-3",)
    assert blamed(state, ListPlaybooks("stranger"), Answer(200, [published])) == ("NFR-5",)


def approval_of(state: State, status: str, by: str | None) -> dict[str, Any]:
    nudge = state.decisions[0].nudges[0]
    times = {PENDING: (None, None), FIRST: ("2026-01-01T00:00:00Z", None)}
    first, second = times.get(status, ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"))
    return {
        "approval_id": "0b7c1e7a-5d1b-4f0e-9a43-0f4f5a1c2d3e",
        "action_id": nudge.id,
        "decision_id": state.decisions[0].id,
        "actor_id": PEOPLE["dev1"].sub,
        "approver_id": PEOPLE[by].sub if by else None,
        "status": status,
        "first_approval_at": first,
        "second_approval_at": second,
    }


@pytest.mark.parametrize("verdict", [None, "reject"])
@pytest.mark.parametrize("who", ["dev1", "dev0", "approver", "admin", "stranger"])
@pytest.mark.parametrize("status", [PENDING, FIRST, FULLY, REJECTED])
def test_an_approval_goes_one_way(status: str, who: str, verdict: str | None) -> None:
    template = Template("Offer", "multiplier", dual=True)
    nudge = Nudge(an_id(), 0, template, status, approver="approver" if status == FULLY else None)
    state = a_state(decisions=(Decision(an_id(), "dev1", "repo-1", (nudge,)),))
    part = {"dev1": "actor", "approver": "approver", "admin": "approver"}.get(who)
    after = STEPS.get((status, part or ""))

    taken = {}
    for code, to in product((200, 403, 404, 409, 422), (FIRST, FULLY, REJECTED)):
        body = {"status": to, "approval": approval_of(state, to, who if to == FULLY else None)}
        reached = takes(state, Approve(who, (0, 0), verdict=verdict), Answer(code, body))
        if reached is not None:
            taken[code, reached.decisions[0].nudges[0].approval] = to

    if who == "stranger" or part is None:
        assert set(taken) == {(404 if who == "stranger" else 403, status)}
    elif verdict is None:
        assert set(taken) == {(200, after) if after else (409, status)}
    else:
        assert set(taken) == {(409, status), (422, status), *([(200, REJECTED)] if after else [])}


@pytest.mark.parametrize("place", [(0, 0), None], ids=["needs_none", "is_none"])
@pytest.mark.parametrize(("name", "codes"), [(None, {404}), ("dev1", {404}), ("dev0", {404, 403})])
def test_what_cannot_be_approved_and_is_in_another_s_name_may_be_refused_for_either(
    name: str | None, codes: set[int], place: tuple[int, int] | None
) -> None:
    nudge = Nudge(an_id(), 0, Template("Fact"))
    state = a_state(decisions=(Decision(an_id(), "dev1", "repo-1", (nudge,)),))

    taken = {
        code
        for code in (200, 403, 404, 409, 422)
        if takes(state, Approve("dev1", place, name=name), Answer(code, {})) is not None
    }

    assert taken == codes


def test_an_outcome_that_contradicts_may_be_refused_replace_or_stand_beside() -> None:
    decision = Decision(an_id(), "dev0", "repo-1", (Nudge(an_id(), 0, Template("A")),))
    state = a_state(decisions=(decision,), outcomes=(Outcome(0, 0, "accepted"), Outcome(0, 0, "shown")))
    dismissed = ReportOutcome("dev0", (0, 0), "dismissed")

    refused = apply(state, dismissed).read(Answer(409))
    taken = apply(state, dismissed).read(Answer(202, {"outcome_id": an_id(), "status": "accepted"}))

    def counts(state: State, **results: int) -> bool:
        kinds = {"mirror": 1}
        told = {"decisions_total": 1, "actions_total": 1, "actions_by_type": kinds}
        told |= {"outcomes_total": sum(results.values()), "outcomes_by_result": results}
        return takes(state, ReadMetrics("admin"), Answer(200, {"aggregates": told})) is not None

    assert counts(refused, shown=1, accepted=1)
    assert not counts(refused, shown=1, accepted=1, dismissed=1)
    assert counts(taken, shown=1, accepted=1, dismissed=1)
    assert counts(taken, shown=1, dismissed=1)
    assert not counts(taken, dismissed=1)
    assert not counts(taken, shown=1, accepted=2, dismissed=1)


def test_a_part_of_a_policy_that_is_left_alone_stays() -> None:
    changes: list[tuple[SetPolicy, int]] = [
        (SetPolicy("admin", types=frozenset({"mirror"})), 201),
        (SetPolicy("admin", surfaces=frozenset()), 200),
    ]
    state = reduce(lambda state, change: apply(state, change[0]).read(Answer(change[1])), changes, a_state())
    told = {"tenant_id": state.tenant, "policy_id": an_id(), "quotas": {}}
    told |= {"enabled_action_types": ["mirror"], "enabled_surfaces": []}

    assert takes(a_state(), ReadPolicy("admin"), Answer(404))
    assert takes(state, ReadPolicy("admin"), Answer(200, told))
    assert takes(state, ReadPolicy("admin"), Answer(404)) is None
    wrongs: list[dict[str, list[str]]] = [{"enabled_action_types": []}, {"enabled_surfaces": ["ide"]}]
    for wrong in wrongs:
        assert blamed(state, ReadPolicy("admin"), Answer(200, told | wrong)) == ("FR-13",)
