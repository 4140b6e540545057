"""A past finding is judged by what its rule asks for: broken, kept, or neither."""

from __future__ import annotations

import pytest

from harness.corpus.judge import can_judge, judge
from harness.fuzzing.mapping import CHECKS, OURS
from harness.fuzzing.wire import Call
from reports.record import Exchange, Message, Persona
from tests.fuzzing import standin

ADMIN = Persona(name="admin", sub="admin", tenant_id="t", roles=(), scope=())
ONE, LIST = "GET /v1/things/3d0b6a1c-6f5e-4f5c-9d0c-1c5f0a3f3b11", "GET /v1/things"
SAFE, JSON = ("x-content-type-options", "nosniff"), ("content-type", "application/json")
GOOD, HTML = (SAFE, JSON), (("content-type", "text/html"), SAFE)
P, F, N = "passed", "failed", "not_exercised"

# the rule, the status of then, that of now, what it is; those who ask have no token
BY_STATUS = [
    ("answers", None, None, F),
    ("answers", None, 404, P),
    ("answers", None, 500, N),
    ("not_a_server_error", 500, 502, F),
    ("not_a_server_error", 500, 503, F),
    ("not_a_server_error", 500, 404, P),
    ("not_a_server_error", 500, None, N),
    ("nasty_input", 500, 500, F),
    ("nasty_input", 500, 422, P),
    ("nasty_input", 500, None, N),
    ("positive_data_acceptance", 422, 422, F),
    ("positive_data_acceptance", 422, 400, F),
    ("positive_data_acceptance", 422, 201, P),
    ("positive_data_acceptance", 422, 404, N),
    ("positive_data_acceptance", 422, 500, N),
    ("negative_data_rejection", 200, 204, F),
    ("negative_data_rejection", 200, 422, P),
    ("negative_data_rejection", 200, 403, N),
    ("negative_data_rejection", 200, 500, N),
    ("negative_data_rejection", 200, None, N),
    ("missing_required_header", 404, 401, P),
    ("missing_required_header", 404, 200, F),
    ("missing_required_header", 200, 400, F),
    ("missing_required_header", 200, 500, N),
    ("unsupported_method", 404, 404, F),
    ("unsupported_method", 404, 200, F),
    ("unsupported_method", 404, 405, F),
    ("unsupported_method", 404, 401, N),
    ("unsupported_method", 404, None, N),
    ("ensure_resource_availability", 404, 404, F),
    ("ensure_resource_availability", 404, 200, P),
    ("ensure_resource_availability", 404, 500, N),
    ("ignored_auth", 200, 201, F),
    ("ignored_auth", 200, 401, P),
    ("ignored_auth", 200, 500, N),
    ("object_level_authorization", 200, 200, F),
    ("object_level_authorization", 200, 404, P),
    ("object_level_authorization", 200, 403, P),
    ("object_level_authorization", 200, 500, N),
    ("object_level_authorization", 200, 401, N),
    ("no_token", 200, 201, F),
    ("no_token", 200, 403, F),
    ("no_token", 200, 401, P),
    ("no_token", 200, 500, N),
    ("bad_token", 200, 204, F),
    ("bad_token", 200, 401, P),
    ("bad_token", 200, None, N),
    ("wrong_scope", 200, 404, F),
    ("wrong_scope", 200, 403, P),
    ("wrong_scope", 200, 500, N),
    ("wrong_role", 200, 201, F),
    ("wrong_role", 404, 403, P),
    ("wrong_role", 200, 503, N),
    ("status_code_conformance", 299, 299, F),
    ("status_code_conformance", 299, 200, P),
    ("status_code_conformance", 299, None, N),
    ("status_code_conformance", 299, 503, N),
]


def judged(
    rule: str,
    then: int | None,
    now: int | None,
    *,
    request: str = LIST,
    headers: tuple[tuple[str, str], ...] = GOOD,
    body: bytes = b"[]",
    person: Persona | None = None,
    sent: tuple[tuple[str, str], ...] = (),
) -> str:
    method, _, path = request.partition(" ")
    url = f"http://h{path}"
    seen = Exchange(
        id="x",
        at="",
        side="engine",
        method=method,
        url=url,
        request=Message((), ""),
        status=then,
        persona=person,
    )
    call = Call(
        at=0.0,
        method=method,
        url=url,
        headers=sent,
        body=b"",
        status=now,
        answer_headers=headers,
        answer=body,
    )
    outcome, reason = judge(f"contract:{rule}", seen, call, standin.document(), "/v1")
    assert bool(reason) is (outcome != P)
    return outcome


@pytest.mark.parametrize(("rule", "then", "now", "outcome"), BY_STATUS)
def test_a_status_is_judged_by_what_the_rule_asks_for(
    rule: str, then: int | None, now: int | None, outcome: str
) -> None:
    assert judged(rule, then, now) == outcome


@pytest.mark.parametrize(
    ("rule", "bad_headers", "bad_body"),
    [
        ("content_type_conformance", HTML, b"[]"),
        ("response_schema_conformance", GOOD, b"{}"),
        ("response_headers_conformance", (JSON,), b"[]"),
    ],
)
def test_a_shape_is_kept_only_where_it_is_seen_again(
    rule: str, bad_headers: tuple[tuple[str, str], ...], bad_body: bytes
) -> None:
    assert judged(rule, 200, 200, headers=bad_headers, body=bad_body) == F
    assert judged(rule, 200, 200) == P
    assert judged(rule, 200, 500) == N
    assert judged(rule, 200, None) == N
    assert judged(rule, 200, 401, body=b'{"error": {}}') == N
    assert judged(rule, 200, 299) == N


def test_a_body_that_was_not_read_has_no_shape() -> None:
    assert judged("response_schema_conformance", 200, 200, headers=HTML) == N
    assert judged("content_type_conformance", 422, 400, headers=HTML) == N


def test_an_unknown_method_is_answered_with_what_is_allowed() -> None:
    allow = (*GOOD, ("Allow", "GET"))

    assert judged("unsupported_method", 405, 405, request="PATCH /v1/things", headers=allow) == P
    assert judged("unsupported_method", 405, 405, request="PATCH /v1/things") == F
    assert judged("unsupported_method", 405, 404, request=ONE.replace("GET", "PATCH")) == N


def test_who_is_turned_away_with_a_sound_token_shows_nothing() -> None:
    for rule in ("not_a_server_error", "nasty_input", "status_code_conformance"):
        assert judged(rule, 500, 401, person=ADMIN) == N


def test_a_very_large_token_may_be_too_large_for_the_server_itself() -> None:
    large, small = ((("Authorization", "Bearer " + "x" * size),) for size in (5000, 50))

    assert judged("bad_token", 200, 431, sent=large) == N
    assert judged("bad_token", 200, 431, sent=small) == F


def test_every_rule_is_judged_or_known_not_to_be() -> None:
    told_by_more_than_an_answer = {
        "other_tenant",
        "security_headers",
        "error_model",
        "request_id",
        "secret_echoed",
        "use_after_delete",
        "mass_assignment",
        "repeated",
        "response_time",
    }
    judgeable = {rule for rule in {*CHECKS, *OURS} if can_judge(f"contract:{rule}")}

    assert judgeable == {*CHECKS, *OURS} - told_by_more_than_an_answer
    assert not can_judge("answers")
