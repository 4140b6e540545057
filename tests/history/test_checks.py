"""Each check is silent about a sound run and finds the one breach that was put into it, and no other does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.history import CHECKS, History, Log, Numbers, judge_history
from reports.record import Persona, ScenarioFinished
from reports.redaction import redact
from tests.history.sound import SOUND_LINE, Run, Tenant, a_span, an_entry, begin, changed

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("decide", "refuse", "report", "prefer", "again", "policy", "lose", "lose_kept")
# What a tenant does: which step, by which of its people, and how much of it.
steps = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 4)), max_size=12
)


def found(history: History) -> set[tuple[str, str]]:
    return {(check.name, breach.what) for check in CHECKS for breach in check.breaches(history)}


def play(run: Run, tenant: Tenant, step: str, who: int, much: int) -> None:
    person = tenant.person("developer", who)
    match step:
        case "decide":
            run.ask_policy(tenant, ["mentor"])
            run.decide(tenant, person, much, traced=much % 2 == 0)
        case "refuse":
            run.refuse(tenant, person)
        case "report":
            run.report(tenant, person)
        case "prefer":
            run.prefer(tenant, person)
        case "again":
            run.publish_again(tenant)
        case "policy":
            run.set_policy(tenant, quota=much * 2)
        case lost:
            run.lose_answer(tenant, person, kept=lost == "lose_kept")


def a_run(played: list[tuple[int, str, int, int]]) -> tuple[Run, list[Tenant]]:
    run = Run()
    tenants = begin(run, 2)
    for whose, step, who, much in played:
        play(run, tenants[whose], step, who, much)
    return run, tenants


@given(steps)
@settings(max_examples=25, deadline=None)
def test_nothing_is_found_in_a_sound_run(played: list[tuple[int, str, int, int]]) -> None:
    run, _ = a_run(played)
    history = run.history()

    assert found(history) == set()
    for check in CHECKS:
        assert sum(check.looks(history).values()) > 0, check.name


def _lost(run: Run, _: list[Tenant]) -> History:
    lost = next(one for one in run.receipts if one["inputs"]["kind"] == "decision")
    return replace(run.history(), receipts=tuple(one for one in run.receipts if one is not lost))


def _lost_change(run: Run, _: list[Tenant]) -> History:
    return replace(run.history(), receipts=tuple(run.receipts[1:]))


def _written_twice(run: Run, _: list[Tenant]) -> History:
    written = next(one for one in run.receipts if one["inputs"]["kind"] == "decision")
    return replace(run.history(), receipts=(*run.receipts, written | {"receipt_id": run.new_id()}))


def _of_what_was_refused(run: Run, tenants: list[Tenant]) -> History:
    run.receipt(tenants[0], "decision", decision_id=run.new_id())
    return run.history()


def _of_a_read(run: Run, tenants: list[Tenant]) -> History:
    run.call(tenants[0], tenants[0].admin, "GET /playbooks", said=[])
    for _ in range(20):
        run.receipt(tenants[0], "admin")
    return run.history()


def _given_twice(run: Run, tenants: list[Tenant]) -> History:
    (_, theirs), (_, ours) = tenants[0].decisions[0], tenants[1].decisions[0]
    history = run.history()
    index, answer = next(
        (index, exchange.response.body)
        for index, exchange in enumerate(history.exchanges)
        if exchange.response and ours[0] in exchange.response.body
    )
    return changed(history, index, json.loads(answer.replace(ours[0], theirs[0])))


def _in_anothers_receipt(run: Run, tenants: list[Tenant]) -> History:
    receipt = next(one for one in run.receipts if one["tenant_id"] == tenants[1].id)
    receipt["inputs"]["action_id"] = tenants[0].decisions[0][1][0]
    return run.history()


def _seen_by_another(run: Run, tenants: list[Tenant]) -> History:
    run.call(tenants[1], tenants[1].admin, "GET /playbooks", said=[{"owner": tenants[0].admin.sub}])
    return run.history()


def _told_for_another(run: Run, tenants: list[Tenant]) -> History:
    history = run.history()
    entry = an_entry(tenants[1], 99, run.now(), [])
    asked = an_entry(tenants[0], 99, run.now(), [])
    mixed = type(entry)(
        **{name: getattr(entry, name) for name in entry.__struct_fields__} | {"path": asked.path}
    )
    return replace(history, journals={"policy": (*run.policy, mixed)})


def _too_often(run: Run, _: list[Tenant]) -> History:
    tenant = Tenant(9)
    run.publish(tenant, limits={"max_per_actor_per_day": 1})
    run.decide(tenant, tenant.person("developer"), 1)
    run.decide(tenant, tenant.person("developer"), 1)
    return run.history()


def _too_soon(run: Run, _: list[Tenant]) -> History:
    tenant = Tenant(9)
    run.publish(tenant, limits={"cooldown_minutes": 5})
    run.decide(tenant, tenant.person("developer"), 1)
    run.decide(tenant, tenant.person("developer"), 1)
    return run.history()


def _against_policy(run: Run, _: list[Tenant]) -> History:
    tenant = Tenant(9)
    run.publish(tenant)
    run.ask_policy(tenant, ["mirror"])
    run.decide(tenant, tenant.person("developer"), 1)
    return run.history()


def _not_enabled(run: Run, _: list[Tenant]) -> History:
    tenant = Tenant(9)
    run.publish(tenant)
    run.set_policy(tenant, 3, types=["mentor"])
    run.decide(tenant, tenant.person("developer"), 1)
    return run.history()


def _counted_twice(run: Run, tenants: list[Tenant]) -> History:
    run.decided[tenants[0].id] += 1
    return run.history()


def _another_type(run: Run, tenants: list[Tenant]) -> History:
    run.proposed[(tenants[0].id, "mentor")] += 1
    return run.history()


def _outcome_not_counted(run: Run, _: list[Tenant]) -> History:
    run.outcomes.clear()
    return run.history()


def _no_span(run: Run, _: list[Tenant]) -> History:
    return replace(run.history(), spans=tuple(run.spans[1:]))


def _loose_span(run: Run, _: list[Tenant]) -> History:
    run.spans.append(a_span(run.spans[0].trace_id, "d" * 16, "e" * 16, "eris.receipt"))
    return run.history()


def _token_logged(run: Run, _: list[Tenant]) -> History:
    line = redact('{"message": "caller has eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"}')
    return replace(run.history(), logs=(Log("engine-0.log", (SOUND_LINE, line)),))


def _key_logged(run: Run, _: list[Tenant]) -> History:
    line = redact("loaded key c2VjcmV0LXNpZ25pbmcta2V5", ["c2VjcmV0LXNpZ25pbmcta2V5"])
    return replace(run.history(), logs=(Log("engine-0.log", (line,)),))


Fault = tuple["Callable[[Run, list[Tenant]], History]", set[tuple[str, str]]]
FAULTS: dict[str, Fault] = {
    "a receipt is lost": (_lost, {("receipts", "no receipt of a decision")}),
    "a change's receipt is lost": (_lost_change, {("receipts", "no receipt of an admin's change")}),
    "a receipt is written twice": (_written_twice, {("receipts", "several receipts of one decision")}),
    "a refusal leaves a receipt": (
        _of_what_was_refused,
        {("receipts", "a receipt of a decision that never was")},
    ),
    "a read leaves a receipt": (_of_a_read, {("receipts", "a receipt of an admin's change that never was")}),
    "an id is given twice": (_given_twice, {("ids", "one id in two tenants")}),
    "an id is in another's receipt": (
        _in_anothers_receipt,
        {("ids", "an id in another tenant's receipt")},
    ),
    "a name is seen by another": (_seen_by_another, {("canaries", "another tenant's canary in an answer")}),
    "a name is told for another": (
        _told_for_another,
        {("canaries", "another tenant's canary in what policy is told")},
    ),
    "a playbook fires too often": (_too_often, {("quotas", "more than max_per_actor_per_day")}),
    "a playbook fires too soon": (_too_soon, {("quotas", "sooner than cooldown_minutes")}),
    "policy is not heeded": (_against_policy, {("forbidden", "an action that policy forbade")}),
    "the tenant is not heeded": (
        _not_enabled,
        {("disabled", "a type that the tenant does not enable")},
    ),
    "a decision is counted twice": (
        _counted_twice,
        {("metrics", "mmm_decisions_total is not what was answered")},
    ),
    "an action is counted as another": (
        _another_type,
        {("metrics", "mmm_actions_total are not what was proposed")},
    ),
    "an outcome is not counted": (
        _outcome_not_counted,
        {("metrics", "mmm_outcomes_total is less than what was accepted")},
    ),
    "a span is missing": (
        _no_span,
        {("traces", "another number of mmm.decide than of decisions"), ("traces", "a trace in pieces")},
    ),
    "a span hangs on nothing": (_loose_span, {("traces", "a trace in pieces")}),
    "a token is logged": (_token_logged, {("logs", "a token in a log line")}),
    "the key is logged": (_key_logged, {("logs", "a secret in a log line")}),
}


@pytest.mark.parametrize("fault", FAULTS)
@given(steps)
@settings(max_examples=3, deadline=None)
def test_each_fault_is_found_and_nothing_else(fault: str, played: list[tuple[int, str, int, int]]) -> None:
    put_in, expected = FAULTS[fault]

    assert found(put_in(*a_run(played))) == expected


@pytest.mark.parametrize(
    ("count", "quota", "expected"),
    [
        (3, 3, set()),
        (4, 3, {("quotas", "more than max_actions_per_hour")}),
        (11, 20, set()),
        (1, 0, {("quotas", "more than max_actions_per_hour"), ("quotas", "more than max_actions_per_day")}),
    ],
)
def test_a_quota_is_the_one_that_was_in_force(count: int, quota: int, expected: set[tuple[str, str]]) -> None:
    run, tenant = Run(), Tenant(1)
    run.publish(tenant)
    if quota != 3:
        run.set_policy(tenant, quota)

    run.decide_beyond(tenant, tenant.person("developer"), count)

    assert found(run.history()) == expected


def test_two_answers_together_may_be_too_much() -> None:
    run, tenant = Run(), Tenant(1)
    run.publish(tenant)
    for _ in range(2):
        run.decide_beyond(tenant, tenant.person("developer"), 2)

    assert found(run.history()) == {("quotas", "more than max_actions_per_hour")}


def test_a_quota_lowered_after_it_was_spent_is_no_breach() -> None:
    run, tenant = Run(), Tenant(1)
    run.publish(tenant)
    run.set_policy(tenant, 8)
    run.decide(tenant, tenant.person("developer"), 8)
    run.set_policy(tenant, 2)
    run.decide(tenant, tenant.person("developer"), 1)

    assert found(run.history()) == set()


def test_nothing_is_claimed_of_a_tenant_that_was_there_before() -> None:
    run, tenant = Run(), Tenant(1)
    run.publish(tenant)
    run.decide_beyond(tenant, tenant.person("developer"), 4)

    assert found(replace(run.history(), fresh=False)) == set()


def test_what_could_be_compared_with_nothing_is_no_evidence() -> None:
    run, tenant = Run(), Tenant(1)
    for _ in range(9):
        run.decide_beyond(tenant, tenant.person("developer"), 1)
    run.ask_policy(tenant, [])
    history = replace(run.history(), fresh=False)

    looked = {check.name: dict(check.looks(history)) for check in CHECKS}

    assert {sum(looked[name].values()) for name in ("quotas", "disabled", "forbidden")} == {0}


def test_what_a_policy_ruled_is_evidence_of_dependencies_and_what_a_tenant_ruled_is_not() -> None:
    run, tenant = Run(), Tenant(1)
    run.set_policy(tenant, 3, types=["mirror"])
    run.ask_policy(tenant, ["mentor"])
    run.decide(tenant, tenant.person("developer"), 1)
    run.decide(tenant, tenant.person("developer"), 0)

    looked = {check.name: dict(check.looks(run.history())) for check in CHECKS}

    assert looked["forbidden"] == {"wire": 1, "dependency": 1}
    assert looked["disabled"] == looked["quotas"] == {"wire": 1}


def test_a_playbook_with_limits_is_one_more_rule_to_look_at() -> None:
    run, tenant = Run(), Tenant(1)
    run.publish(tenant, {"max_per_actor_per_day": 5})
    run.decide_beyond(tenant, tenant.person("developer"), 1)
    check = next(check for check in CHECKS if check.name == "quotas")

    assert check.looks(replace(run.history(), fresh=False)) == {"wire": 1}


def test_a_span_that_came_twice_is_one() -> None:
    run, _ = a_run([])

    assert found(replace(run.history(), spans=(*run.spans, *run.spans))) == set()


@pytest.mark.parametrize("value", ["abc", "NaN", "Inf"])
@pytest.mark.parametrize("name", ["mmm_decisions_total", "mmm_outcomes_total"])
def test_a_number_that_is_none_is_a_breach_and_no_crash(name: str, value: str) -> None:
    run, _ = a_run([])
    after = f'{run.metrics()}\n{name}{{tenant_id="tenant-x"}} {value}'

    strange = replace(run.history(), numbers=Numbers("", after, steady=False))

    assert found(strange) == {("metrics", f"{name} is no number")}


def test_an_answer_of_odd_shapes_crashes_no_check() -> None:
    run, tenants = a_run([])
    (tenant, _), odd = tenants, {"status": [1], "playbook_id": {"a": 1}}
    run.call(tenant, tenant.admin, f"POST /actions/{run.new_id()}/approve", said=odd)
    run.receipt(tenant, "approval")
    run.call(tenant, tenant.admin, "POST /playbooks", {"limits": {"max_per_actor_per_day": 1}}, said=odd)
    run.receipt(tenant, "admin", str(odd["playbook_id"]))
    action = {"type": ["mirror"], "playbook_id": odd["playbook_id"]}
    decision = {"decision_id": run.new_id(), "actor_id": [], "actions": [action]}
    run.call(tenant, tenant.admin, "POST /decide", said={"decision": decision})
    run.receipt(tenant, "decision", decision_id=str(decision["decision_id"]))
    run.call(tenant, tenant.admin, "DELETE /actors/somebody", said={})
    run.receipt(tenant, "erasure")

    told = [event for event in judge_history(run.history(), 1) if isinstance(event, ScenarioFinished)]

    assert {event.scenario: event.reason for event in told if event.outcome == "unknown"} == {}
    assert len(told) == len(CHECKS)


def test_receipts_that_are_still_on_their_way_are_not_lost() -> None:
    run, _ = a_run([])

    assert found(replace(run.history(), receipts=(), settled=False)) == set()


def test_where_eris_was_told_to_refuse_a_tenant_its_receipts_are_not_lost() -> None:
    run, tenants = a_run([])
    script = {"operation": None, "match": {"tenant": tenants[0].id}, "reply": {"status": 400}}
    exchange = run.call(tenants[0], tenants[0].admin, "POST /scripts", script)
    run.exchanges.remove(exchange)
    kept = {name: getattr(exchange, name) for name in exchange.__struct_fields__}
    kept |= {"side": "control:eris", "url": "http://127.0.0.1:2/__fake__/scripts"}
    run.exchanges.append(type(exchange)(**kept))
    history = run.history()

    gone = tuple(one for one in run.receipts if one["tenant_id"] != tenants[0].id)
    theirs = tuple(one for one in run.receipts if one["tenant_id"] != tenants[1].id)

    assert found(replace(history, receipts=gone)) == set()
    assert found(replace(history, receipts=theirs)) != set()


def test_what_a_tenant_said_itself_may_come_back_to_it() -> None:
    run, tenants = a_run([])
    other = tenants[0].admin.sub
    run.call(
        tenants[1],
        tenants[1].admin,
        f"DELETE /actors/{quote(other, safe='')}",
        status=404,
        said={"error": {"message": other}},
    )

    assert found(run.history()) == set()


@pytest.mark.parametrize("whose", ["a tenant", "an actor"])
@pytest.mark.parametrize("drawn", range(12))
def test_an_id_of_any_shape_is_a_canary_however_it_is_written(whose: str, drawn: int) -> None:
    run, tenant, other = Run(), *(Tenant(number) for number in (2 * drawn, 2 * drawn + 1))
    for one in (tenant, other):
        run.decide(one, one.person("developer"), 0)
    name = tenant.id if whose == "a tenant" else tenant.person("developer").sub
    written = {"path": "/v1/standards", "query": f"of={quote(name, safe='')}"}
    entry = an_entry(other, 1, run.now(), [])
    entry = type(entry)(**{part: getattr(entry, part) for part in entry.__struct_fields__} | written)
    told = replace(run.history(), journals={"policy": (entry,)})
    run.call(other, other.admin, "GET /playbooks", said=[{"owner": name}])

    assert found(told) == {("canaries", "another tenant's canary in what policy is told")}
    assert ("canaries", "another tenant's canary in an answer") in found(run.history())


def test_names_that_may_stand_anywhere_are_no_evidence() -> None:
    run, check = Run(), next(check for check in CHECKS if check.name == "canaries")
    for tenant in ("acme", "umbrella"):
        person = Persona("developer", "anna", tenant)
        run.call(Tenant(1), person, "POST /decide", {})

    assert check.looks(run.history()) == {}


def test_exchanges_that_are_not_all_in_the_record_are_counted_nowhere() -> None:
    run, _ = a_run([])
    history = run.history()
    told = [
        type(one)(**{name: getattr(one, name) for name in one.__struct_fields__} | {"scenario": "contract:x"})
        for one in history.exchanges
    ]

    left = replace(history, exchanges=tuple(told))

    assert [check.name for check in CHECKS if sum(check.looks(left).values())] == ["logs"]
    assert found(replace(left, receipts=(), numbers=Numbers("", ""))) == set()


def test_processes_that_each_tell_their_own_numbers_are_not_compared() -> None:
    run, _ = a_run([])
    history = run.history()

    assert found(replace(history, numbers=Numbers("", ""))) != set()
    assert found(replace(history, numbers=Numbers("", "", steady=False))) == set()


def test_numbers_from_before_the_run_are_taken_off() -> None:
    run, _ = a_run([])
    before = run.metrics()
    run.decided.update(run.decided.copy())
    run.proposed.update(run.proposed.copy())
    run.outcomes.update(run.outcomes.copy())

    assert found(replace(run.history(), numbers=Numbers(before, run.metrics()))) == set()


def test_a_body_that_is_one_long_word_is_read_in_no_time() -> None:
    run, tenants = a_run([])
    run.call(tenants[0], tenants[0].admin, "POST /playbooks", {"name": "a" * 1_000_000}, status=422, said={})

    assert found(run.history()) == set()
