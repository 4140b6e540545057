"""A good message passes; one that is broken in one place is named there."""

from __future__ import annotations

import copy
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.compiled import compile_document
from contracts.document import load_document
from contracts.validation import Violation, check_request, check_response
from tests.contracts.samples import ANSWERS, JSON, REQUESTS, SECURITY, UUID, Answered, Asked, a_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

MICROSECONDS_200 = 200e-6
SECRET = "eyJhbGciOi.secret"

every_request = pytest.mark.parametrize("asked", REQUESTS, ids=lambda a: f"{a.document}:{a.method}:{a.path}")
every_closed_body = pytest.mark.parametrize(
    "asked",
    [
        asked
        for asked in REQUESTS
        if asked.body is not None and asked.document != "otlp" and "bulk" not in asked.path
    ],
    ids=lambda a: f"{a.document}:{a.method}:{a.path}",
)
every_answer = pytest.mark.parametrize("answered", ANSWERS, ids=lambda a: f"{a.document}:{a.path}:{a.status}")


def encoded(body: object) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def violations_of(message: Asked | Answered, body: object = ...) -> list[Violation]:
    """Check a message as it is, or with another body."""
    document = load_document(message.document)
    content = encoded(message.body if body is ... else body)
    headers = {**(JSON if content else {}), **message.headers}
    if isinstance(message, Asked):
        return check_request(document, message.method, message.path, message.query, headers, content)
    return check_response(document, message.method, message.path, message.status, headers, content)


def objects(value: object, pointer: str = "") -> Iterator[str]:
    """Yield where objects are."""
    if isinstance(value, dict):
        yield pointer
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from objects(child, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def at(value: Any, pointer: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the object at a pointer."""
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    assert isinstance(value, dict)
    return value


@every_request
def test_a_good_request_keeps_its_contract(asked: Asked) -> None:
    assert violations_of(asked) == []


@every_answer
def test_a_good_answer_keeps_its_contract(answered: Answered) -> None:
    assert violations_of(answered) == []


@every_closed_body
def test_an_unknown_member_of_a_request_is_named(asked: Asked) -> None:
    open_objects = {"/receipts/0/result", "/result"}

    for where in set(objects(asked.body)) - open_objects:
        body = copy.deepcopy(asked.body)
        at(body, where)["surprise"] = 1

        found = violations_of(asked, body)

        assert [each.pointer for each in found] == [f"/body{where}/surprise"]
        assert found[0].rule == "body.additionalProperties"


@every_answer
def test_an_unknown_member_of_an_answer_is_allowed(answered: Answered) -> None:
    for where in objects(answered.body):
        if where.startswith("/receipt"):
            continue  # a receipt is the engine's own, and closed wherever it is
        body = copy.deepcopy(answered.body)
        at(body, where)["surprise"] = 1

        assert violations_of(answered, body) == []


OPTIONAL = {
    "/context/repo_id",
    "/context/branch",
    "/context/environment",
    "/from",
    "/decision.status",
    "/actor.repo_id",
    "/limit",
    "/compression",
    "/signature",
    "/receipts/0/signature",
    "/inputs/decision_id",
    "/receipts/0/inputs/decision_id",
}


def is_derived(asked: Asked, where: str, name: str) -> bool:
    """Say whether it is a receipt's tenant, which ERIS derives where the receipt names none."""
    return name == "tenant_id" and "receipt_id" in at(asked.body, where)


@every_closed_body
def test_a_missing_member_of_a_request_is_named(asked: Asked) -> None:
    for where in objects(asked.body):
        for name in at(asked.body, where):
            member = f"{where}/{name}"
            body = copy.deepcopy(asked.body)
            del at(body, where)[name]

            found = {each.pointer for each in violations_of(asked, body) if each.rule == "body.required"}

            optional = member in OPTIONAL or is_derived(asked, where, name)
            missed = set() if optional or where.endswith("/result") else {f"/body{member}"}
            assert found == missed


def test_a_broken_answer_is_named_by_rule_operation_and_pointer() -> None:
    answered = next(each for each in ANSWERS if each.path == "/decide" and each.status == 200)
    body = copy.deepcopy(answered.body)
    body["decision"]["actions"][0]["surfaces"] = []
    del body["decision"]["created_at"]

    found = violations_of(answered, body)

    assert {(each.rule, each.operation, each.pointer) for each in found} == {
        ("body.minItems", "POST /decide", "/body/decision/actions/0/surfaces"),
        ("body.required", "POST /decide", "/body/decision/created_at"),
    }
    assert {each.key for each in found} == {
        ("body.minItems", "POST /decide"),
        ("body.required", "POST /decide"),
    }


ENGINE = load_document("engine")
POLICY = load_document("policy")
IAM = load_document("iam")
STANDARDS = "/v1/standards"


@pytest.mark.parametrize(
    ("query", "rule", "pointer"),
    [
        ("tenant_id=t", "query.missing", "/query/framework"),
        ("tenant_id=t&framework=nist", "query.const", "/query/framework"),
        ("tenant_id=&framework=mmm", "query.minLength", "/query/tenant_id"),
        ("tenant_id=t&framework=mmm&a/b=1", "query.unknown", "/query/a~1b"),
        (f"tenant_id={'t' * 201}&framework=mmm", "query.maxLength", "/query/tenant_id"),
    ],
)
def test_a_broken_query_is_named(query: str, rule: str, pointer: str) -> None:
    found = check_request(POLICY, "GET", STANDARDS, query, {}, b"")

    assert found == [Violation(rule, "GET /v1/standards", pointer, found[0].message)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("0", "minimum"), ("101", "maximum"), ("x", "type"), ("1.5", "type"), ("", "type"), ("\u0661", "type")],
)
def test_a_number_in_a_query_is_read_as_one(text: str, rule: str) -> None:
    found = check_request(ENGINE, "GET", "/playbooks", f"limit={text}", {}, b"")

    assert [(each.rule, each.pointer) for each in found] == [(f"query.{rule}", "/query/limit")]


def test_every_repetition_of_a_parameter_is_checked() -> None:
    found = check_request(ENGINE, "GET", "/playbooks", "limit=5&limit=999", {}, b"")

    assert [each.pointer for each in found] == ["/query/limit"]


def test_the_engine_may_be_sent_unknown_query_parameters() -> None:
    assert check_request(ENGINE, "GET", "/playbooks", "page=2", {}, b"") == []


def test_a_path_parameter_is_checked() -> None:
    found = check_request(ENGINE, "DELETE", "/playbooks/pref-1", "", {}, b"")

    assert [(each.rule, each.pointer) for each in found] == [("path.format", "/path/playbook_id")]


def test_a_missing_and_a_broken_header_are_named_in_lower_case() -> None:
    body = encoded({"bundle_id": "b", "version": "1", "policies": []})

    without = check_request(IAM, "PUT", "/policies", "", JSON, body)
    empty = check_request(IAM, "PUT", "/policies", "", {**JSON, "x-idempotency-key": ""}, body)

    assert [(each.rule, each.pointer) for each in without] == [
        ("header.missing", "/header/x-idempotency-key")
    ]
    assert [(each.rule, each.pointer) for each in empty] == [
        ("header.minLength", "/header/x-idempotency-key")
    ]


@pytest.mark.parametrize("name", SECURITY)
def test_a_security_header_that_is_missing_or_different_is_named(name: str) -> None:
    answer = b'{"status": "ok"}'
    pointer = f"/header/{name.lower()}"
    less = {key: value for key, value in SECURITY.items() if key != name}

    missing = check_response(ENGINE, "GET", "/health", 200, {**JSON, **less}, answer)
    other = check_response(ENGINE, "GET", "/health", 200, {**JSON, **SECURITY, name: ""}, answer)

    assert [(each.rule, each.pointer) for each in missing] == [("header.missing", pointer)]
    assert [each.pointer for each in other] == [pointer]


def test_headers_may_come_as_pairs_in_any_case() -> None:
    pairs = [("content-TYPE", "application/json; charset=utf-8"), *SECURITY.items()]

    assert check_response(ENGINE, "GET", "/health", 200, pairs, b'{"status": "ok"}') == []


@pytest.mark.parametrize(
    ("headers", "body", "rule", "pointer"),
    [
        (JSON, b"", "body.missing", "/body"),
        (JSON, b'{"token": ', "body.malformed", "/body"),
        (JSON, b'{"token": NaN}', "body.malformed", "/body"),
        (JSON, b"\xff\xfe", "body.malformed", "/body"),
        (JSON, b'{"token": 5}', "body.type", "/body/token"),
        (JSON, b"[]", "body.type", "/body"),
        ({}, b'{"token": "t"}', "content-type", "/header/content-type"),
        ({"Content-Type": "text/plain"}, b'{"token": "t"}', "content-type", "/header/content-type"),
    ],
)
def test_a_broken_body_is_named(headers: dict[str, str], body: bytes, rule: str, pointer: str) -> None:
    found = check_request(IAM, "POST", "/verify", "", headers, body)

    assert [(each.rule, each.operation, each.pointer) for each in found] == [(rule, "POST /verify", pointer)]


NESTED = 5000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * NESTED,
        b"[" * NESTED + b"]" * NESTED,
        b'{"token": ' * NESTED + b"1" + b"}" * NESTED,
        b'{"token": ' + b"9" * NESTED + b"}",
        b'{"token": 1e999}',
        b'{"token": "\\ud800"}',
    ],
    ids=["open", "lists", "objects", "digits", "infinite", "surrogate"],
)
def test_a_body_that_cannot_be_checked_is_a_violation(body: bytes) -> None:
    found = check_request(IAM, "POST", "/verify", "", JSON, body)

    assert len(found) == 1
    assert found[0].pointer.startswith("/body")


def test_a_parameter_that_is_no_unicode_is_named() -> None:
    found = check_request(ENGINE, "GET", "/playbooks", "status=\ud800", {}, b"")

    assert [(each.rule, each.pointer) for each in found] == [("query.encoding", "/query/status")]


def test_a_body_where_none_belongs_is_named() -> None:
    found = check_request(POLICY, "GET", "/health", "", JSON, b"{}")

    assert [(each.rule, each.pointer) for each in found] == [("body.unexpected", "/body")]


def test_an_unknown_path_and_an_unknown_method_are_two_rules() -> None:
    path = check_request(IAM, "POST", "/iam/v1/verify", "", JSON, b"{}")
    method = check_request(IAM, "GET", "/verify", "", {}, b"")
    answer = check_response(IAM, "GET", "/nowhere", 200, {}, b"")

    assert [(each.rule, each.operation, each.pointer) for each in path] == [("path.unknown", "", "/path")]
    assert [(each.rule, each.operation, each.pointer) for each in method] == [
        ("method.unknown", "", "/method")
    ]
    assert [each.rule for each in answer] == ["path.unknown"]


def test_an_undocumented_status_is_named() -> None:
    found = check_response(ENGINE, "POST", "/decide", 500, SECURITY, b"oops")

    assert [(each.rule, each.operation, each.pointer) for each in found] == [
        ("status.undocumented", "POST /decide", "/status")
    ]


@pytest.mark.parametrize("status", [400, 413, 414, 415, 431])
def test_what_the_server_itself_may_answer_is_free(status: int) -> None:
    assert check_response(ENGINE, "POST", "/decide", status, {}, b"<html>") == []


def test_protobuf_is_taken_as_it_is() -> None:
    headers = {"Content-Type": "application/x-protobuf"}
    collector = load_document("otlp")

    assert check_request(collector, "POST", "/v1/traces", "", headers, b"\x0a\x00") == []
    assert check_response(collector, "POST", "/v1/traces", 200, headers, b"") == []


def test_no_message_repeats_a_value() -> None:
    found = [
        *check_request(IAM, "POST", "/verify", "", JSON, encoded({"token": [SECRET]})),
        *check_request(ENGINE, "DELETE", f"/playbooks/{SECRET}", "", {}, b""),
        *check_request(ENGINE, "GET", "/playbooks", f"status={SECRET}", {}, b""),
        *check_request(
            load_document("eris"),
            "POST",
            "/v1/evidence/receipts",
            "",
            JSON,
            encoded(a_receipt(signature=SECRET, plane=SECRET)),
        ),
    ]

    assert len(found) == 5
    assert SECRET not in "".join(each.message + each.pointer for each in found)


@given(
    body=st.binary() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_no_body_makes_it_raise(body: bytes) -> None:
    document = load_document("iam")

    found = check_request(document, "POST", "/verify", "", JSON, body)

    assert found, "no such body is a good one"


@given(path=st.text(), query=st.text(), name=st.text(), value=st.text())
def test_no_path_query_or_header_makes_it_raise(path: str, query: str, name: str, value: str) -> None:
    headers = {f"x-{name}": value}

    asked = check_request(load_document("ubi"), "GET", f"/v1/ubi/signals/recent{path}", query, headers, b"")
    answered = check_response(ENGINE, "DELETE", f"/playbooks/{path}", 204, headers, b"")

    assert asked, "no such request is a good one"
    assert answered, "no such answer is a good one"


def test_checking_costs_microseconds_once_compiled() -> None:
    receipt = encoded(a_receipt())
    document = load_document("eris")
    compile_document(document)

    def seconds() -> float:
        started = time.perf_counter()
        assert check_request(document, "POST", "/v1/evidence/receipts", "", JSON, receipt) == []
        return time.perf_counter() - started

    assert min(seconds() for _ in range(200)) < MICROSECONDS_200


def test_a_document_is_compiled_once() -> None:
    document = load_document("engine")

    assert compile_document(document) is compile_document(document)


def test_retry_after_is_owed_with_429() -> None:
    body = encoded({"error_code": "RATE_LIMITED", "message": "", "correlation_id": "c", "retriable": True})

    found = check_response(IAM, "POST", "/verify", 429, {**JSON, "X-Request-ID": "r"}, body)

    assert [each.pointer for each in found] == ["/header/retry-after"]


def test_a_uuid_path_is_as_good_as_any() -> None:
    assert check_request(ENGINE, "DELETE", f"/playbooks/{UUID.upper()}", "", {}, b"") == []
