"""The engine's contract is as strict as the specification, no stricter, and can be fuzzed as it is."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode

from contracts.compiled import compile_document
from contracts.document import load_document
from contracts.validation import check_request, check_response
from tests.contracts.samples import (
    ANSWERS,
    ENGINE_ERROR,
    JSON,
    SECURITY,
    TIME,
    UUID,
    a_decision,
    an_action,
    an_approval,
)

if TYPE_CHECKING:
    from contracts.routing import Operation

ENGINE = load_document("engine")
WITH_BODY = [
    operation for operation in ENGINE.operations if compile_document(ENGINE)[operation.operation_id].body
]
MIRROR = {"type": "mirror", "surfaces": ["ide"], "payload": {"title": "t", "body": "b"}}
PLAYBOOK = {"name": "p", "actions": [MIRROR]}


def example_bodies() -> list[tuple[str, str, Any]]:
    found = []
    for operation in WITH_BODY:
        node = ENGINE.raw["paths"][operation.template][operation.method.lower()]
        examples = node["requestBody"]["content"]["application/json"]["examples"]
        found += [(operation.method, operation.template, each["value"]) for each in examples.values()]
    return found


def request_problems(method: str, path: str, body: object) -> set[str]:
    found = check_request(ENGINE, method, path, "", JSON, json.dumps(body).encode())
    return {violation.pointer for violation in found}


def decide_problems(*actions: dict[str, Any], **members: object) -> set[str]:
    body = json.dumps(a_decision(*actions, **members)).encode()
    found = check_response(ENGINE, "POST", "/decide", 200, {**JSON, **SECURITY}, body)
    return {violation.pointer for violation in found}


@pytest.mark.parametrize(("method", "template", "body"), example_bodies())
def test_every_example_keeps_the_contract(method: str, template: str, body: object) -> None:
    path = re.sub(r"\{\w+\}", UUID, template)

    assert request_problems(method, path, body) == set()


def test_every_operation_with_a_body_has_an_example() -> None:
    assert {f"{method} {template}" for method, template, _ in example_bodies()} == {
        operation.name for operation in WITH_BODY
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/body/name"),
        ({"name": "n" * 201}, "/body/name"),
        ({"actions": []}, "/body/actions"),
        ({"triggers": [{"severity": "low"}]}, "/body/triggers/0/severity"),
        ({"conditions": [{"type": "weather", "value": "x"}]}, "/body/conditions/0/type"),
        ({"conditions": [{"type": "branch"}]}, "/body/conditions/0/value"),
        ({"limits": {"priority": 101}}, "/body/limits/priority"),
        ({"limits": {"cooldown_minutes": -1}}, "/body/limits/cooldown_minutes"),
        ({"limits": {"quiet_hours": {"start": 24, "end": 0}}}, "/body/limits/quiet_hours/start"),
        ({"limits": {"quiet_hours": {"start": 22}}}, "/body/limits/quiet_hours/end"),
        ({"description": None}, "/body/description"),
    ],
)
def test_a_broken_playbook_is_named(change: dict[str, Any], pointer: str) -> None:
    assert request_problems("POST", "/playbooks", PLAYBOOK) == set()
    assert request_problems("POST", "/playbooks", PLAYBOOK | change) == {pointer}
    assert request_problems("PUT", f"/playbooks/{UUID}", change) == {pointer}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "nudge"}, "/body/actions/0/type"),
        ({"surfaces": []}, "/body/actions/0/surfaces"),
        ({"surfaces": ["email"]}, "/body/actions/0/surfaces/0"),
        ({"payload": {"title": "", "body": "b"}}, "/body/actions/0/payload/title"),
        ({"payload": {"title": "t" * 201, "body": "b"}}, "/body/actions/0/payload/title"),
        ({"payload": {"title": "t", "body": "b" * 4001}}, "/body/actions/0/payload/body"),
        ({"payload": {"title": "t"}}, "/body/actions/0/payload/body"),
        ({"requires_dual_channel": "perhaps"}, "/body/actions/0/requires_dual_channel"),
    ],
)
def test_a_broken_action_template_is_named(change: dict[str, Any], pointer: str) -> None:
    assert request_problems("POST", "/playbooks", PLAYBOOK | {"actions": [MIRROR | change]}) == {pointer}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/tenant_id"),
        ({"tenant_id": "t" * 201}, "/body/tenant_id"),
        ({"tenant_id": "t", "actor_type": "robot"}, "/body/actor_type"),
        ({"tenant_id": "t", "context": {"source": "cli"}}, "/body/context/source"),
        ({"tenant_id": "t", "context": {"environment": "test"}}, "/body/context/environment"),
        ({"tenant_id": "t", "signal": {"severity": "fatal"}}, "/body/signal/severity"),
        ({"tenant_id": "t", "signal": {"occurred_at": "2026-03-02T10:15:00"}}, "/body/signal/occurred_at"),
        ({"tenant_id": "t", "signal": {"signal_id": ""}}, "/body/signal/signal_id"),
        ({"tenant_id": "t", "signal": {"payload": []}}, "/body/signal/payload"),
    ],
)
def test_a_broken_signal_envelope_is_named(body: dict[str, Any], pointer: str) -> None:
    assert request_problems("POST", "/decide", body) == {pointer}


def test_context_and_payload_are_open() -> None:
    context, payload = {"roles": ["x"], "source_code": "…"}, {"mail": {"to": ["a"]}}
    body = {"tenant_id": "t", "context": context, "signal": {"payload": payload}}

    assert request_problems("POST", "/decide", body) == set()


@pytest.mark.parametrize("result", ["dismissed", "failed"])
def test_a_dismissal_and_a_failure_need_a_reason(result: str) -> None:
    path = f"/decisions/{UUID}/outcomes"

    assert request_problems("POST", path, {"action_id": UUID, "result": result}) == {"/body/reason"}
    assert request_problems("POST", path, {"action_id": UUID, "result": result, "reason": "r"}) == set()
    assert request_problems("POST", path, {"action_id": UUID, "result": "shown"}) == set()


def test_a_multiplier_asks_for_consent() -> None:
    assert decide_problems(an_action(type="multiplier", requires_consent=True)) == set()
    assert decide_problems(an_action(type="multiplier")) == {"/body/decision/actions/0/requires_consent"}


def test_a_mentor_says_why() -> None:
    why = {"evidence_links": [], "baseline_comparison": "b", "why_relevant": "w"}
    payload = {"title": "t", "body": "b"}
    rationale = "/body/decision/actions/0/payload/rationale"

    assert decide_problems(an_action(type="mentor", payload={**payload, "rationale": why})) == set()
    assert decide_problems(an_action(type="mentor", payload=payload)) == {rationale}
    assert decide_problems(an_action(type="mentor", payload={**payload, "rationale": None})) == {rationale}
    del why["why_relevant"]
    found = decide_problems(an_action(type="mentor", payload={**payload, "rationale": why}))
    assert found == {f"{rationale}/why_relevant"}


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"decision_id": "d-1"}, "decision_id"),
        ({"decision_id": UUID.upper()}, "decision_id"),
        ({"created_at": "2026-03-02T10:15:00"}, "created_at"),
        ({"policy_snapshot_id": ""}, "policy_snapshot_id"),
        ({"degraded_mode": None}, "degraded_mode"),
        ({"latency_warning": "no"}, "latency_warning"),
        ({"receipt_status": "lost"}, "receipt_status"),
        ({"actions": None}, "actions"),
    ],
)
def test_a_broken_decision_is_named(members: dict[str, Any], pointer: str) -> None:
    assert decide_problems(**members) == {f"/body/decision/{pointer}"}


@pytest.mark.parametrize("code", ["IAM_UNAVAILABLE", "POLICY_UNAVAILABLE"])
def test_iam_unavailable_is_retryable(code: str) -> None:
    error = {**ENGINE_ERROR["error"], "code": code, "retryable": False}
    body = json.dumps({"error": error}).encode()

    found = check_response(ENGINE, "POST", "/decide", 503, {**JSON, **SECURITY}, body)

    assert [each.pointer for each in found] == (
        ["/body/error/retryable"] if code == "IAM_UNAVAILABLE" else []
    )


@pytest.mark.parametrize("member", ["code", "message", "details", "retryable", "request_id", "timestamp"])
def test_the_error_model_is_whole(member: str) -> None:
    error = {name: value for name, value in ENGINE_ERROR["error"].items() if name != member}

    found = check_response(
        ENGINE, "POST", "/decide", 422, {**JSON, **SECURITY}, json.dumps({"error": error}).encode()
    )

    assert [each.pointer for each in found] == [f"/body/error/{member}"]


def test_a_published_playbook_says_so() -> None:
    body = {"playbook_id": UUID, "status": "draft"}

    found = check_response(
        ENGINE, "POST", f"/playbooks/{UUID}/publish", 200, {**JSON, **SECURITY}, json.dumps(body).encode()
    )

    assert [each.pointer for each in found] == ["/body/status"]


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/publish")])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        (JSON, b"{}"),
        (JSON, json.dumps({"playbook_id": UUID, "status": "published", "version": "2.0.0"}).encode()),
        (JSON, b'{"status": "ok"}'),
    ],
    ids=["nothing", "empty", "little", "other words"],
)
def test_what_a_change_of_a_playbook_answers_is_left_open(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    found = check_response(ENGINE, method, f"/playbooks/{UUID}{path}", 200, {**headers, **SECURITY}, body)

    assert found == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"actor_id": ""}, "actor_id"),
        ({"is_first": "yes"}, "is_first"),
        ({"verdict": "perhaps"}, "verdict"),
    ],
)
def test_a_broken_approval_is_named(change: dict[str, Any], pointer: str) -> None:
    path = f"/actions/{UUID}/approve"

    assert request_problems("POST", path, {}) == set()
    assert request_problems("POST", path, change) == {f"/body/{pointer}"}


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ({}, set()),
        ({"first_approval_at": TIME}, {"first_approval_at"}),
        ({"status": "first_approved"}, {"first_approval_at"}),
        ({"status": "first_approved", "first_approval_at": TIME}, set()),
        (
            {"status": "fully_approved", "first_approval_at": TIME},
            {"approver_id", "second_approval_at"},
        ),
        ({"status": "rejected", "second_approval_at": TIME}, set()),
        ({"status": "approved"}, {"status"}),
        ({"updated_at": None}, {"updated_at"}),
    ],
)
def test_an_approval_has_the_marks_of_its_status(members: dict[str, Any], wrong: set[str]) -> None:
    body = json.dumps(an_approval(**members)).encode()

    found = check_response(ENGINE, "GET", f"/actions/{UUID}/approval-status", 200, {**JSON, **SECURITY}, body)

    assert {each.pointer for each in found} == {f"/body/{name}" for name in wrong}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"name": ""}, "name"), ({"name": "n" * 201}, "name"), ({"config": []}, "config")],
)
def test_a_broken_experiment_is_named(change: dict[str, Any], pointer: str) -> None:
    whole = {"name": "n", "config": {"whatever": [1]}}

    assert request_problems("POST", "/experiments", whole) == set()
    assert request_problems("POST", "/experiments", whole | change) == {f"/body/{pointer}"}
    assert request_problems("PUT", f"/experiments/{UUID}", change) == {f"/body/{pointer}"}


@pytest.mark.parametrize(
    ("status", "switch"), [("inactive", "activate"), ("active", "deactivate"), ("on", "activate")]
)
def test_a_switched_experiment_says_so(status: str, switch: str) -> None:
    body = json.dumps({"experiment_id": UUID, "status": status}).encode()

    found = check_response(ENGINE, "POST", f"/experiments/{UUID}/{switch}", 200, {**JSON, **SECURITY}, body)

    assert [each.pointer for each in found] == ["/body/status"]


def test_an_answer_that_must_say_something_is_not_empty() -> None:
    found = check_response(ENGINE, "POST", "/decide", 200, SECURITY, b"")

    assert [each.rule for each in found] == ["content-type"]


def test_an_answer_that_shows_a_playbook_shows_a_whole_one() -> None:
    answered = next(each for each in ANSWERS if each.method == "PUT")
    body = {name: value for name, value in answered.body.items() if name != "version"}

    found = check_response(ENGINE, "PUT", answered.path, 200, {**JSON, **SECURITY}, json.dumps(body).encode())

    assert [each.pointer for each in found] == ["/body/version"]


def test_links_lead_from_creation_to_every_use_and_from_a_decision_to_its_outcome() -> None:
    machine = schemathesis.openapi.from_dict(copy.deepcopy(ENGINE.raw)).as_state_machine()

    steps = {name for name in dir(machine) if "___20" in name}

    for use in ("updatePlaybook", "publishPlaybook", "deletePlaybook", "listPlaybooks"):
        assert any(name.startswith(f"POST_playbooks___200_{use}__") for name in steps), use
        assert any(name.startswith(f"POST_playbooks___201_{use}__") for name in steps), use
    for use in ("recordOutcome", "approveAction"):
        assert any(name.startswith(f"POST_decide___200_{use}__") for name in steps), use
    for use in ("updateExperiment", "activateExperiment"):
        assert any(name.startswith(f"POST_experiments___201_{use}__") for name in steps), use
    assert any(name.startswith("GET_playbooks___200_decide__") for name in steps)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/playbooks"),
        ("post", "/experiments"),
        ("put", "/actors/{actor_id}/preferences"),
        ("post", "/actors/{actor_id}/preferences/snooze"),
        ("put", "/tenants/{tenant_id}/policy"),
    ],
)
def test_a_creation_may_be_200_or_201_and_says_the_same(method: str, path: str) -> None:
    answers = ENGINE.raw["paths"][path][method]["responses"]

    assert answers["200"] == answers["201"]


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_what_a_fuzzer_makes_of_it_keeps_the_contract(operation: Operation) -> None:
    generated = schemathesis.openapi.from_dict(copy.deepcopy(ENGINE.raw))[operation.template][
        operation.method
    ]
    made: list[str] = []

    @settings(max_examples=25, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(case=generated.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def generate(case: schemathesis.Case[Any]) -> None:
        made.append(json.dumps(case.body))

    generate()

    path = re.sub(r"\{\w+\}", UUID, operation.template)
    assert len(set(made)) > 5
    assert all(request_problems(operation.method, path, json.loads(body)) == set() for body in made)
