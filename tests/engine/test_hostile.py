"""Section 4: never a 500 for anything that a caller can send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.house import TLS, action, playbook

if TYPE_CHECKING:
    from tests.engine.house import Engine, Place, Talk

WILD = ["\x00", "\ud800", "\U0010ffff", "\u202e", "' OR 1=1 --", "a:b/c?d#e%2F", "x" * 200, " ", "\r\nX: y"]


async def raw(talk: Talk, method: str, path: str, content: bytes, **headers: str) -> httpx.Response:
    sent = {
        "Authorization": f"Bearer {await talk.token(roles=['mmm_admin'])}",
        "Content-Type": "application/json",
        **headers,
    }
    return await talk.client.request(method, path, content=content, headers=sent)


def is_told(reply: httpx.Response) -> bool:
    error = reply.json()["error"]
    return set(error) == {"code", "message", "details", "retryable", "request_id", "timestamp"}


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b'{"tenant_id": NaN}',
    b"\xff\xfe",
    b'{"tenant_id": "\xff"}',
    b'{"tenant_id": "\\ud800"}',
    b'{"tenant_id": 5}',
    b'{"tenant_id": ""}',
    b'{"tenant_id": "' + b"x" * 201 + b'"}',
    b'{"tenant_id": 1' + b"0" * 5000 + b"}",
    b'{"a":' * 10_000,
    b"[" * 100_000,
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/decide"),
        ("POST", "/triggers/evaluate"),
        ("POST", "/playbooks"),
        ("POST", "/decisions/0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11/outcomes"),
        ("POST", "/actors/a/preferences/snooze"),
        ("POST", "/actions/0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11/approve"),
        ("POST", "/experiments"),
    ],
)
async def test_what_is_not_a_body_is_422(talk: Talk, method: str, path: str, body: bytes) -> None:
    reply = await raw(talk, method, path, body)

    assert reply.status_code == 422, reply.text
    assert is_told(reply)
    assert reply.json()["error"]["details"]["field"]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("context", {"context": None}),
        ("context", {"context": []}),
        ("context.source", {"context": {"source": "moon"}}),
        ("context.repo_id", {"context": {"repo_id": ""}}),
        ("context.repo_id", {"context": {"repo_id": None}}),
        ("context.branch", {"context": {"branch": 7}}),
        ("signal", {"signal": None}),
        ("signal.severity", {"signal": {"severity": "WARN"}}),
        ("signal.occurred_at", {"signal": {"occurred_at": "2026-01-01T00:00:00"}}),
        ("signal.occurred_at", {"signal": {"occurred_at": "2026-02-30T00:00:00Z"}}),
        ("signal.occurred_at", {"signal": {"occurred_at": 1}}),
        ("signal.payload", {"signal": {"payload": "x"}}),
        ("actor_type", {"actor_type": "service"}),
        ("actor_id", {"actor_id": ["x"]}),
    ],
)
async def test_the_error_names_the_field(talk: Talk, field: str, body: dict[str, Any]) -> None:
    reply = await talk.decide(body)

    assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


@pytest.mark.parametrize("wild", WILD, ids=range(len(WILD)))
async def test_wild_texts_are_taken_or_refused_everywhere(talk: Talk, wild: str) -> None:
    context = {"repo_id": wild, "branch": wild, "file_path": wild, "other": wild}
    signal = {"signal_id": wild, "source": wild, "event_type": wild, "payload": {wild: [wild]}}
    body = {"tenant_id": talk.tenant, "actor_id": wild, "context": context, "signal": signal}
    book = playbook(
        action("mentor", payload={"title": wild, "body": wild}, llm_prompt=wild),
        name=wild,
        owner=wild,
        description=wild,
        conditions=[{"type": "branch", "value": wild}],
        triggers=[{"event_type": wild, "actor_roles": [wild]}],
    )
    expected = {422} if wild == "\ud800" else {200}

    decided = await raw(talk, "POST", "/decide", json.dumps(body).encode())
    made = await raw(talk, "POST", "/playbooks", json.dumps(book).encode())

    assert {decided.status_code, made.status_code} == expected, decided.text + made.text
    listed = await talk.ask("GET", "/playbooks")
    assert [one["name"] for one in listed.json()] == ([] if expected == {422} else [wild])


async def test_wild_texts_in_what_fires_break_no_decide(talk: Talk) -> None:
    await talk.publish(
        action("mentor", payload={"title": "\x00", "body": "\u0000\\0"}, llm_prompt="\x00{repo}")
    )

    decision = await talk.decided({"context": {"repo_id": "\x00\\0"}, "signal": {"signal_id": "\x00"}})

    (shown,) = decision["actions"]
    assert shown["payload"]["title"] == "\x00"
    outcome = {"action_id": shown["action_id"], "result": "dismissed", "reason": "\x00"}
    posted = await talk.ask("POST", f"/decisions/{decision['decision_id']}/outcomes", outcome)
    assert posted.status_code == 202, posted.text
    receipts = await talk.receipts(4)
    assert receipts[-1]["actor"]["repo_id"] == "\x00\\0"


async def test_a_megabyte_of_text_is_taken_or_refused(talk: Talk) -> None:
    text = "word " * 210_000

    taken = await talk.decide(
        {"context": {"source_code": text}, "signal": {"payload": {"diff": text[:900_000]}}}
    )
    refused = await talk.decide({"context": {"branch": text * 3}})
    named = await talk.decide({"actor_id": text})

    assert taken.status_code == 200
    assert refused.status_code == 413
    assert named.status_code == 422


async def test_huge_limits_are_kept_and_fire(talk: Talk) -> None:
    limits = {"max_per_actor_per_day": 10**30, "max_per_repo_per_day": 10**18, "cooldown_minutes": 10**25}

    await talk.publish(limits=limits)

    assert len((await talk.decided({"context": {"repo_id": "r"}}))["actions"]) == 1
    assert (await talk.decided({"context": {"repo_id": "r"}}))["actions"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=" + "9" * 5000,
        "limit=1e3",
        "offset=-1",
        "offset=99999999999999999999",
        "status=none",
        "status=%ff",
        "status=" + "x" * 20_000,
    ],
)
async def test_a_bad_query_is_422(talk: Talk, query: str) -> None:
    reply = await talk.ask("GET", f"/playbooks?{query}")

    assert reply.status_code == 422
    assert reply.json()["error"]["details"]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("query", ["unknown=1", "%00=%00", "limit=1&limit=2", "a" * 5000, "&&&=&"])
async def test_an_odd_query_is_harmless(talk: Talk, query: str) -> None:
    assert (await talk.ask("GET", f"/playbooks?{query}")).status_code == 200


IDS = [
    "x",
    "%00",
    "%ff",
    "..%2f..",
    "0A3C1F0E-52A4-4A3B-9A51-6F4F0A1F7C11",
    "0a3c1f0e52a44a3b9a516f4f0a1f7c11",
    "x" * 3000,
]


@pytest.mark.parametrize("path_id", IDS, ids=range(len(IDS)))
async def test_a_path_id_that_is_no_uuid_names_nothing(talk: Talk, path_id: str) -> None:
    valid = {"action_id": "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11", "result": "shown"}

    replies = [
        await talk.admin("PUT", f"/playbooks/{path_id}", {"name": "n"}),
        await talk.admin("POST", f"/playbooks/{path_id}/publish"),
        await talk.admin("DELETE", f"/playbooks/{path_id}"),
        await talk.ask("POST", f"/decisions/{path_id}/outcomes", valid),
        await talk.ask("POST", f"/actions/{path_id}/approve", {}),
        await talk.ask("GET", f"/actions/{path_id}/approval-status"),
        await talk.admin("PUT", f"/experiments/{path_id}", {"name": "n"}),
        await talk.admin("POST", f"/experiments/{path_id}/activate"),
    ]

    assert {reply.status_code for reply in replies} == {404}
    assert all(map(is_told, replies))


async def test_unknown_routes_and_methods_are_told(talk: Talk) -> None:
    unknown = await talk.ask("GET", "/nothing")
    method = await talk.ask("PATCH", "/playbooks")
    one = await talk.ask("GET", "/playbooks/0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11")
    public = await talk.client.post("/health")

    assert (unknown.status_code, is_told(unknown)) == (404, True)
    assert (method.status_code, method.headers["allow"], is_told(method)) == (405, "GET, POST", True)
    assert (one.status_code, one.headers["allow"]) == (405, "DELETE, PUT")
    assert (public.status_code, public.headers["allow"]) == (405, "GET")


async def test_another_media_type_is_415(talk: Talk) -> None:
    body = json.dumps({"tenant_id": talk.tenant}).encode()

    assert (await raw(talk, "POST", "/decide", body, **{"Content-Type": "text/plain"})).status_code == 415
    charset = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await raw(talk, "POST", "/decide", body, **charset)).status_code == 200


SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
}


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/playbooks", "/nothing", "/decide"])
async def test_every_answer_carries_the_security_headers(talk: Talk, path: str) -> None:
    reply = await talk.client.get(path)

    assert {name: reply.headers[name] for name in SECURITY} == SECURITY
    assert "server" not in reply.headers


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [("req-1.a_B", True), ("x" * 129, False), ("a b", False), ("<script>", False), ("", False)],
)
async def test_a_sane_request_id_is_echoed(talk: Talk, sent: str, echoed: bool) -> None:  # noqa: FBT001 -- a table
    reply = await talk.client.get("/nothing", headers={"X-Request-ID": sent})

    assert (reply.headers["x-request-id"] == sent) is echoed
    assert reply.json()["error"]["request_id"] == reply.headers["x-request-id"]


class Anything:
    """Sends whatever Hypothesis thinks of, over one connection."""

    def __init__(self, engine: Engine, place: Place) -> None:
        order = {"sub": "fuzz", "tenant_id": "fuzz", "roles": ["mmm_admin"], "scope": ["mmm.decide"]}
        url = f"{place.fakes['iam']}/__fake__/tokens"
        token = httpx.post(url, json=order, trust_env=False, verify=TLS).json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.client = httpx.Client(
            base_url=f"{engine.url}/v1/mmm", headers=headers, trust_env=False, verify=TLS
        )

    def post(self, path: str, body: object) -> int:
        return self.client.post(path, content=json.dumps(body).encode()).status_code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=10,
)
MEMBERS = st.dictionaries(
    st.sampled_from(
        [
            *("tenant_id", "actor_id", "actor_type", "context", "signal"),
            *("name", "actions", "limits", "triggers", "config"),
        ]
    ),
    JSON,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    body=MEMBERS | JSON, path=st.sampled_from(["/decide", "/triggers/evaluate", "/playbooks", "/experiments"])
)
def test_no_json_at_all_is_a_500(engine: Engine, place: Place, body: object, path: str) -> None:
    anything = Anything(engine, place)

    assert anything.post(path, body) in {200, 403, 422}
    anything.client.close()
