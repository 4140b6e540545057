"""/decision: deny overrides; then role, then attributes, then caps; elevation for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.document import load_document
from fakes.iam.access.decision import decide
from fakes.iam.access.durations import FORM, seconds_of
from fakes.iam.access.question import Context, Elevation, Question, Subject
from fakes.iam.access.roles import effective
from fakes.iam.access.rules import AnyRule, Attribute, Cap, Conditions, Deny, Policy, Role
from tests.fakes.identity import BEGIN, HOUR, Alone, ask

if TYPE_CHECKING:
    from fakes.control import IamControl

CONTEXT: dict[str, Any] = {
    "time": "2026-06-01T12:00:00Z",
    "device_posture": "secure",
    "location": "office",
    "risk_score": 0.4,
}
AN_HOUR: dict[str, Any] = {"request": True, "scope": ["mmm.decide"], "duration": "PT1H"}


# Who speaks first.


async def test_decisions_are_allowed_until_scripted(iam: IamControl) -> None:
    deny = {"decision": "DENY", "reason": "scripted", "receipt_id": "00000000-0000-4000-8000-000000000000"}
    await iam.script("POST /decision", match={"sub": "villain"}, reply={"status": 200, "body": deny})

    answers = {}
    for sub in ("hero", "villain"):
        body = {"subject": {"sub": sub, "roles": []}, "action": "mmm.decide", "resource": "mmm_engine"}
        answers[sub] = (await ask(iam, "POST", "/decision", body)).json()["decision"]

    assert answers == {"hero": "ALLOW", "villain": "DENY"}


def test_each_decision_has_a_receipt_of_its_own() -> None:
    iam = Alone()

    receipts = {UUID(iam.decide()["receipt_id"]) for _ in range(3)}

    assert len(receipts) == 3


SPEAKERS: dict[str, dict[str, Any]] = {
    "deny": {"effect": "deny", "reason": "first"},
    "role": {"effect": "role", "roles": ["admin"], "reason": "second"},
    "attribute": {"effect": "attribute", "when": {"location": ["moon"]}, "reason": "third"},
    "cap": {"effect": "cap", "reason": "fourth"},
}


@pytest.mark.parametrize("first", SPEAKERS)
def test_the_rules_speak_in_their_order_whatever_order_they_stand_in(first: str) -> None:
    iam = Alone()
    kinds = list(SPEAKERS)
    left = kinds[kinds.index(first) :]
    iam.put(*(SPEAKERS[kind] for kind in reversed(left)))

    answer = iam.decide(roles=["viewer"], context=CONTEXT)

    assert answer["reason"] == f"policy p: {SPEAKERS[first]['reason']}"
    assert answer["decision"] == ("ELEVATION_REQUIRED" if first == "cap" else "DENY")


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple)
SELECTED = st.fixed_dictionaries(
    {}, optional={"subjects": WORDS, "tenants": WORDS, "actions": WORDS, "resources": WORDS}
)
RULES: st.SearchStrategy[AnyRule] = st.one_of(
    st.builds(lambda names, roles: Deny(**names, roles=roles), SELECTED, st.none() | WORDS),
    st.builds(lambda names, roles: Role(**names, roles=roles), SELECTED, WORDS),
    st.builds(lambda names: Attribute(**names, when=Conditions(location=("x",))), SELECTED),
    st.builds(lambda names: Cap(**names), SELECTED),
)
QUESTIONS = st.builds(
    lambda sub, tenant, roles, action, where, asked: Question(
        Subject(sub, roles, {"tenant_id": tenant}),
        action,
        "a",
        Context("2026-01-01T00:00:00Z", "secure", where, 0.5),
        Elevation(asked, (action,), "PT1H"),
    ),
    *(st.sampled_from(["a", "b", "c"]), st.sampled_from(["a", "b", "c"]), WORDS, st.sampled_from(["a", "b"])),
    *(st.sampled_from(["x", "y"]), st.booleans()),
)


def policies(rules: list[AnyRule]) -> list[Policy]:
    return [Policy(f"p{place}", (rule,), "active") for place, rule in enumerate(rules)]


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, st.lists(RULES, max_size=5), st.data())
def test_a_denial_overrides_whatever_else_is_said(
    question: Question, rules: list[AnyRule], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rules)))
    said = decide(
        question, policies([*rules[:place], Deny(), *rules[place:]]), elevated=data.draw(st.booleans())
    )

    assert said.decision == "DENY"


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, st.lists(RULES, max_size=5), st.lists(RULES, max_size=5), st.booleans())
def test_more_rules_never_allow_what_fewer_do_not(
    question: Question,
    rules: list[AnyRule],
    more: list[AnyRule],
    elevated: bool,  # noqa: FBT001 -- drawn
) -> None:
    fewer = decide(question, policies(rules), elevated=elevated)
    whole = decide(question, policies([*rules, *more]), elevated=elevated)

    openness = ["DENY", "ELEVATION_REQUIRED", "ELEVATION_GRANTED", "ALLOW"]
    assert openness.index(whole.decision) <= openness.index(fewer.decision)


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, st.lists(RULES, max_size=5), st.sampled_from(["subjects", "tenants"]))
def test_rules_that_name_others_are_as_if_they_were_not_there(
    question: Question, rules: list[AnyRule], kind: str
) -> None:
    mine = question.subject.sub if kind == "subjects" else question.subject.tenant
    others = [rule for rule in rules if mine not in (getattr(rule, kind) or (mine,))]

    assert decide(question, policies(others), elevated=False) == decide(question, [], elevated=False)


# Roles.


@pytest.mark.parametrize(
    ("given", "stands_for"),
    [
        ("executive", "admin"),
        ("lead", "developer"),
        ("individual_contributor", "developer"),
        ("ai_agent", "ci_bot"),
        ("viewer", "viewer"),
        ("mmm_admin", "mmm_admin"),
    ],
)
def test_places_in_an_organisation_stand_for_roles(given: str, stands_for: str) -> None:
    iam = Alone()
    iam.put({"effect": "role", "roles": [stands_for]})

    assert iam.decide(roles=[given])["decision"] == "ALLOW"
    assert iam.decide(roles=["nobody"])["decision"] == "DENY"
    assert effective([given]) == {given, stands_for}


def test_an_engine_s_own_admin_is_no_admin_of_iam() -> None:
    assert effective(["mmm_admin", "tenant_admin", "mmm_approver"]) == {
        "mmm_admin",
        "tenant_admin",
        "mmm_approver",
    }


def test_a_denial_can_be_for_a_role_alone() -> None:
    iam = Alone()
    iam.put({"effect": "deny", "roles": ["ci_bot"]})

    decisions = [iam.decide(roles=roles)["decision"] for roles in (["ai_agent"], ["developer"], [])]

    assert decisions == ["DENY", "ALLOW", "ALLOW"]


# Attributes.


@pytest.mark.parametrize(
    ("when", "fits", "fails"),
    [
        ({"device_posture": ["secure"]}, {}, {"device_posture": "unknown"}),
        ({"location": ["office", "home"]}, {"location": "home"}, {"location": "train"}),
        ({"max_risk_score": 0.4}, {}, {"risk_score": 0.41}),
        ({"min_risk_score": 0.4}, {}, {"risk_score": 0.39}),
        ({"after": "2026-06-01T12:00:00Z"}, {}, {"time": "2026-06-01T13:59:59+02:00"}),
        ({"before": "2026-06-01T12:00:00Z"}, {"time": "2026-06-01T11:59:59.9Z"}, {}),
    ],
    ids=str,
)
def test_what_a_context_tells_decides(
    when: dict[str, Any], fits: dict[str, Any], fails: dict[str, Any]
) -> None:
    iam = Alone()
    iam.put({"effect": "attribute", "when": when})

    decisions = [iam.decide(context={**CONTEXT, **change})["decision"] for change in (fits, fails)]

    assert decisions == ["ALLOW", "DENY"]
    assert iam.decide()["decision"] == "DENY"  # what is not told fits nothing


@pytest.mark.parametrize(("value", "decision"), [(1, "ALLOW"), ("x", "ALLOW"), (True, "DENY"), ([1], "DENY")])
def test_an_attribute_of_the_subject_is_one_of_the_values_as_json_means_it(
    value: object, decision: str
) -> None:
    iam = Alone()
    iam.put({"effect": "attribute", "when": {"attributes": {"level": [1, "x"]}}})

    assert iam.decide(attributes={"level": value})["decision"] == decision
    assert iam.decide(attributes={"other": value})["decision"] == "DENY"


# Caps and elevation.


def test_an_elevation_that_nothing_forbids_is_granted_until_its_time() -> None:
    iam = Alone()

    answer = iam.decide(elevation=AN_HOUR)

    assert (answer["decision"], answer["expires_at"]) == ("ELEVATION_GRANTED", "2027-01-15T09:00:00.000000Z")


def test_what_needs_an_elevation_has_it_from_its_grant_to_its_end() -> None:
    iam = Alone()
    iam.put({"effect": "cap", "actions": ["mmm.publish"]})
    asked = {**AN_HOUR, "scope": ["mmm.publish"]}

    before = iam.decide(action="mmm.publish")
    granted = iam.decide(action="mmm.publish", elevation=asked)
    decisions = []
    for iam.now in (BEGIN, BEGIN + HOUR - 0.001, BEGIN + HOUR):
        decisions.append(iam.decide(action="mmm.publish")["decision"])

    assert (before["decision"], granted["decision"]) == ("ELEVATION_REQUIRED", "ELEVATION_GRANTED")
    assert "expires_at" not in before
    assert decisions == ["ALLOW", "ALLOW", "ELEVATION_REQUIRED"]


def test_a_grant_is_for_its_actions_its_sub_and_its_tenant_alone() -> None:
    iam = Alone()
    iam.put({"effect": "cap"})
    tenant = {"tenant_id": "t"}
    iam.decide(elevation=AN_HOUR, attributes=tenant)

    decisions = [
        iam.decide(attributes=tenant)["decision"],
        iam.decide("other", attributes=tenant)["decision"],
        iam.decide(attributes={"tenant_id": "other"})["decision"],
        iam.decide()["decision"],
        iam.decide(action="mmm.read", attributes=tenant)["decision"],
    ]

    assert decisions == ["ALLOW", *["ELEVATION_REQUIRED"] * 4]


def test_a_request_that_is_none_elevates_nobody() -> None:
    iam = Alone()
    iam.put({"effect": "cap", "actions": ["mmm.publish"]})
    none = {**AN_HOUR, "request": False}

    assert iam.decide(elevation=none)["decision"] == "ALLOW"
    assert iam.decide(action="mmm.publish", elevation=none)["decision"] == "ELEVATION_REQUIRED"
    assert iam.decide(action="mmm.publish", elevation=AN_HOUR)["decision"] == "ELEVATION_REQUIRED"


@pytest.mark.parametrize(
    ("cap", "elevation", "decision"),
    [
        ({"max_duration": "PT1H"}, {}, "ELEVATION_GRANTED"),
        ({"max_duration": "PT59M59S"}, {}, "DENY"),
        ({"max_scope": ["mmm.decide"]}, {}, "ELEVATION_GRANTED"),
        ({"max_scope": ["mmm.decide"]}, {"scope": ["mmm.decide", "mmm.publish"]}, "DENY"),
    ],
)
def test_an_elevation_has_bounds(cap: dict[str, Any], elevation: dict[str, Any], decision: str) -> None:
    iam = Alone()
    iam.put({"effect": "cap", **cap})

    assert iam.decide(elevation={**AN_HOUR, **elevation})["decision"] == decision
    assert iam.decide()["decision"] == ("ALLOW" if decision == "ELEVATION_GRANTED" else "ELEVATION_REQUIRED")


def test_a_cap_on_risk_lets_pass_what_is_below_and_only_that() -> None:
    iam = Alone()
    iam.put({"effect": "cap", "above_risk_score": 0.4})

    decisions = [iam.decide(context={**CONTEXT, "risk_score": risk})["decision"] for risk in (0.4, 0.41)]

    assert decisions == ["ALLOW", "ELEVATION_REQUIRED"]
    assert iam.decide()["decision"] == "ELEVATION_REQUIRED"  # a risk that nobody tells is not a small one


def test_an_elevation_overrides_no_denial() -> None:
    iam = Alone()
    iam.put({"effect": "deny"}, {"effect": "cap"})

    assert iam.decide(elevation=AN_HOUR)["decision"] == "DENY"


def test_an_elevation_ends_with_the_calendar_at_the_latest() -> None:
    granted = Alone().decide(elevation={**AN_HOUR, "duration": "P9999999Y"})

    assert granted["decision"] == "ELEVATION_GRANTED"
    assert granted["expires_at"] == "9999-12-31T23:59:59.000000Z"


def test_a_reset_of_a_sub_or_tenant_takes_its_grants_and_no_others() -> None:
    iam = Alone()
    iam.put({"effect": "cap"})
    for sub in ("a", "b"):
        iam.decide(sub, elevation=AN_HOUR, attributes={"tenant_id": sub})

    def elevated() -> list[bool]:
        return [iam.decide(sub, attributes={"tenant_id": sub})["decision"] == "ALLOW" for sub in ("a", "b")]

    found = [elevated()]
    for scope in ({"sub": "x"}, {"sub": "a", "tenant": "b"}, {"sub": "a"}, {"tenant": "b"}):
        iam.ask("POST", "/__fake__/reset", scope)
        found.append(elevated())

    assert found == [[True, True], [True, True], [True, True], [False, True], [False, False]]


@settings(deadline=None)
@given(st.tuples(*(st.integers(0, 99) for _ in range(6))))
def test_a_duration_is_the_sum_of_its_parts(parts: tuple[int, ...]) -> None:
    years, months, days, hours, minutes, seconds = parts

    whole = seconds_of(f"P{years}Y{months}M{days}DT{hours}H{minutes}M{seconds}S")

    assert whole == (365 * years + 30 * months + days) * 86_400 + hours * 3600 + minutes * 60 + seconds
    assert seconds_of(f"P{years}W") == 7 * 86_400 * years


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1.5H", 5400), ("PT1,5H", 5400), ("P1.5D", 129_600), ("P0.5W", 302_400), ("P1DT0.25S", 86_400.25)],
)
def test_the_last_part_of_a_duration_may_have_a_fraction(text: str, seconds: float) -> None:
    iam = Alone()
    iam.put({"effect": "cap", "max_duration": text})

    assert seconds_of(text) == seconds
    assert iam.decide(elevation={**AN_HOUR, "duration": text})["decision"] == "ELEVATION_GRANTED"


NO_DURATIONS = ("", "P", "PT", "1H", "P1H", "PT1D", "P1WT1H", "P1W2D", "-PT1H", "P1.5DT1H", "P1DT", "P1.D",
                "PT1H\n", "PT\u0661H", "P1234567890Y", "P" + "1" * 5000 + "Y")  # fmt: skip


@pytest.mark.parametrize("text", NO_DURATIONS, ids=range(len(NO_DURATIONS)))
def test_what_is_no_duration_is_refused(text: str) -> None:
    iam = Alone()
    asked = {"subject": {"sub": "s", "roles": []}, "action": "mmm.decide", "resource": "r"}

    replies = [
        iam.ask("POST", "/decision", {**asked, "elevation": {**AN_HOUR, "duration": text}}),
        iam.put({"effect": "cap", "max_duration": text}),
    ]

    assert [(one.status, one.json()["error_code"]) for one in replies] == [(400, "BAD_REQUEST")] * 2
    with pytest.raises(ValueError, match="no duration"):
        seconds_of(text)


def test_the_contract_takes_the_durations_that_the_fake_reads() -> None:
    described = load_document("iam").raw["components"]["schemas"]["Duration"]

    assert described["pattern"] == f"^{FORM}$"
