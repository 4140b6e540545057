"""/policies: applied once for each key and day, in force from their time on, kept apart by trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.identity import BEGIN, DAY, HOUR, Alone, ask

if TYPE_CHECKING:
    from fakes.control import IamControl

DENY = {"effect": "deny"}
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
SAME_TRACE = "00-" + "a" * 32 + "-" + "c" * 16 + "-00"
OTHER_TRACE = "00-" + "d" * 32 + "-" + "b" * 16 + "-01"


async def test_a_bundle_is_applied_once_for_each_key(iam: IamControl) -> None:
    bundle = {"bundle_id": "b", "version": "1", "policies": []}
    first, again, other = [
        await ask(iam, "PUT", "/policies", bundle, x_idempotency_key=key) for key in ("k1", "k1", "k2")
    ]
    conflict = await ask(iam, "PUT", "/policies", {**bundle, "version": "2"}, x_idempotency_key="k1")

    assert first.status == again.status == 202
    assert first.json() == again.json() != other.json()
    assert (conflict.status, conflict.json()["error_code"]) == (409, "CONFLICT")
    assert conflict.json()["retriable"] is False


def test_a_repeated_key_changes_nothing_even_after_another_bundle() -> None:
    iam = Alone()
    iam.put(DENY, key="k1")
    iam.put(key="k2", version="2")

    repeated = iam.put(DENY, key="k1")

    assert repeated.status == 202
    assert iam.decide()["decision"] == "ALLOW"


def test_a_conflict_changes_nothing() -> None:
    iam = Alone()
    iam.put(DENY)

    assert iam.put().status == 409
    assert iam.decide()["decision"] == "DENY"


def test_a_key_is_free_again_after_a_day() -> None:
    iam = Alone()
    iam.put()

    statuses = []
    for iam.now in (BEGIN + DAY - 0.001, BEGIN + DAY):
        statuses.append(iam.put(DENY).status)

    assert statuses == [409, 202]


@pytest.mark.parametrize("other", [{"level": [True]}, {"level": ["1"]}, {"level": [1, 1]}, {}], ids=str)
def test_another_body_is_one_that_json_tells_apart(other: dict[str, Any]) -> None:
    iam = Alone()
    first = {"effect": "attribute", "when": {"attributes": {"level": [1]}}}
    iam.put(first)

    assert iam.put({**first, "when": {"attributes": other}}).status == 409
    assert iam.put({"when": {"attributes": {"level": [1]}}, "effect": "attribute"}).status == 202


def test_the_key_is_required() -> None:
    iam = Alone()

    reply = iam.ask("PUT", "/policies", {"bundle_id": "b", "version": "1", "policies": []})

    assert (reply.status, reply.json()["error_code"]) == (400, "BAD_REQUEST")


def test_a_bundle_is_in_force_from_its_time_on() -> None:
    iam = Alone()
    iam.put(DENY, effective_from="2027-01-15T09:00:00+00:00")

    decisions = []
    for iam.now in (BEGIN, BEGIN + HOUR - 0.001, BEGIN + HOUR):
        decisions.append(iam.decide()["decision"])

    assert decisions == ["ALLOW", "ALLOW", "DENY"]


def test_a_version_replaces_the_one_before_when_its_time_has_come() -> None:
    iam = Alone()
    iam.put({**DENY, "reason": "one"}, key="1")
    iam.put({**DENY, "reason": "two"}, key="2", effective_from="2027-01-15T10:00:00+01:00")

    reasons = []
    for iam.now in (BEGIN, BEGIN + HOUR):
        reasons.append(iam.decide()["reason"])

    assert reasons == ["policy p: one", "policy p: two"]


TIMES = ("2027-01-15T07:00:00Z", "2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=5))
def test_the_version_in_force_is_the_one_of_the_latest_time_then_of_the_latest_call(order: list[int]) -> None:
    iam = Alone()
    for number, place in enumerate(order):
        iam.put({**DENY, "reason": str(number)}, key=str(number), effective_from=TIMES[place])

    due = [(place, number) for number, place in enumerate(order) if place < 2]
    expected = f"policy p: {max(due)[1]}" if due else "nothing denies it"

    assert iam.decide()["reason"] == expected


@pytest.mark.parametrize("status", ["draft", "inactive", "Active", "deprecated"])
def test_only_active_policies_count(status: str) -> None:
    iam = Alone()
    iam.put(DENY, status=status)

    assert iam.decide()["decision"] == "ALLOW"


def test_bundles_stand_beside_each_other() -> None:
    iam = Alone()
    iam.put({**DENY, "subjects": ["a"]}, key="1", bundle_id="one")
    iam.put({**DENY, "subjects": ["b"]}, key="2", bundle_id="two")

    assert [iam.decide(sub)["decision"] for sub in "abc"] == ["DENY", "DENY", "ALLOW"]


@pytest.mark.parametrize(
    ("names", "denied"),
    [
        ({"subjects": ["s"]}, {"sub": "s"}),
        ({"tenants": ["t"]}, {"attributes": {"tenant_id": "t"}}),
        ({"actions": ["mmm.publish"]}, {"action": "mmm.publish"}),
        ({"resources": ["playbook"]}, {"resource": "playbook"}),
    ],
)
def test_a_rule_is_about_whom_and_what_it_names(names: dict[str, Any], denied: dict[str, Any]) -> None:
    iam = Alone()
    iam.put({**DENY, **names})

    assert iam.decide(**denied)["decision"] == "DENY"
    assert iam.decide("other")["decision"] == "ALLOW"


def test_a_bundle_of_a_trace_is_for_that_trace_alone() -> None:
    iam = Alone()
    iam.put(DENY, traceparent=TRACE)

    decisions = [iam.decide(traceparent=trace)["decision"] for trace in (TRACE, SAME_TRACE, OTHER_TRACE)]

    assert decisions == ["DENY", "DENY", "ALLOW"]
    assert iam.decide()["decision"] == "ALLOW"


def test_traces_share_neither_keys_nor_bundles() -> None:
    iam = Alone()

    statuses = [
        iam.put(DENY, traceparent=TRACE).status,
        iam.put(traceparent=OTHER_TRACE).status,
        iam.put({**DENY, "subjects": ["nobody"]}).status,
        iam.put(traceparent=SAME_TRACE).status,
    ]

    assert statuses == [202, 202, 202, 409]
    assert iam.decide(traceparent=TRACE)["decision"] == "DENY"


def test_a_reset_of_a_trace_takes_its_bundles_and_of_everything_all() -> None:
    iam = Alone()
    iam.put(DENY, traceparent=TRACE)
    iam.put(DENY)

    found = []
    for scope in ({"traceparent": OTHER_TRACE}, {"traceparent": SAME_TRACE}, {"tenant": "t"}, {}):
        iam.ask("POST", "/__fake__/reset", scope)
        found.append([iam.decide(traceparent=TRACE)["decision"], iam.decide()["decision"]])

    assert found == [["DENY", "DENY"], ["DENY", "DENY"], ["DENY", "DENY"], ["ALLOW", "ALLOW"]]
    assert iam.put(traceparent=TRACE).status == 202


def test_a_bundle_of_a_trace_alone_goes_with_the_reset_of_its_trace() -> None:
    iam = Alone()
    iam.put(DENY, traceparent=TRACE)

    before = iam.decide(traceparent=TRACE)["decision"]
    iam.ask("POST", "/__fake__/reset", {"traceparent": TRACE})

    assert (before, iam.decide(traceparent=TRACE)["decision"]) == ("DENY", "ALLOW")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"effect": "permit"},
        {"effect": "role"},
        {"effect": "attribute"},
        {"effect": "deny", "surplus": 1},
        {"effect": "cap", "max_duration": "an hour"},
        {"effect": "cap", "above_risk_score": 2},
        {"effect": "deny", "roles": "admin"},
        "deny",
    ],
    ids=str,
)
def test_a_rule_of_another_form_is_refused_and_nothing_applied(rule: Any) -> None:  # noqa: ANN401 -- any JSON value
    iam = Alone()

    reply = iam.put(DENY, rule)

    assert (reply.status, reply.json()["error_code"]) == (400, "BAD_REQUEST")
    assert iam.decide()["decision"] == "ALLOW"
