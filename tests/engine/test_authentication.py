"""Section 3: who is let in, and in which order refusals come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.dependencies.errors import RefusedError
from engine.edge.access import own_actor
from engine.edge.authentication import iam_refused
from engine.values.caller import Caller
from tests.engine.house import action, playbook

if TYPE_CHECKING:
    import httpx

    from tests.engine.house import Talk

GUARDED = [
    ("POST", "/decide"),
    ("POST", "/triggers/evaluate"),
    ("GET", "/playbooks"),
    ("POST", "/playbooks"),
    ("PUT", "/playbooks/not-an-id"),
    ("POST", "/playbooks/not-an-id/publish"),
    ("DELETE", "/playbooks/not-an-id"),
    ("POST", "/decisions/not-an-id/outcomes"),
    ("POST", "/actions/not-an-id/approve"),
    ("GET", "/actions/not-an-id/approval-status"),
    ("GET", "/experiments"),
    ("POST", "/experiments/not-an-id/activate"),
    ("GET", "/nothing-here"),
]


def code(reply: httpx.Response) -> str:
    found: str = reply.json()["error"]["code"]
    return found


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_without_a_token_nothing_is_looked_at(talk: Talk, method: str, path: str) -> None:
    reply = await talk.client.request(method, path, content=b"{not json")

    assert reply.status_code == 401
    assert code(reply) == "UNAUTHORIZED"
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic dXNlcjpwYXNz", "Token abc", "Bearer a b", "Bearer \u00e4", "abc"],
)
async def test_a_header_without_a_bearer_token_is_401(talk: Talk, header: str) -> None:
    reply = await talk.client.get("/playbooks", headers={b"Authorization": header.encode("latin-1")})

    assert reply.status_code == 401


async def test_two_authorization_headers_are_401(talk: Talk) -> None:
    token = await talk.token()
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]

    assert (await talk.client.get("/playbooks", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "flaw",
    [
        "expired",
        "not_yet_valid",
        "wrong_audience",
        "wrong_issuer",
        "unknown_key",
        "wrong_signature",
        "alg_none",
        "no_tenant",
        "revoked",
        "malformed",
    ],
)
async def test_a_flawed_token_is_401(talk: Talk, flaw: str) -> None:
    reply = await talk.decide(flaw=flaw)

    assert reply.status_code == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_the_scheme_is_read_in_any_case(talk: Talk, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {await talk.token()}"}

    assert (await talk.client.get("/playbooks", headers=headers)).status_code == 200


async def test_a_verified_token_without_tenant_is_401(talk: Talk) -> None:
    verified = {
        "valid": True,
        "sub": "s",
        "actor_type": "human",
        "roles": [],
        "scope": ["mmm.read"],
        "valid_until": "2999-01-01T00:00:00Z",
    }
    match = {"token": await talk.token()}
    await talk.iam.script("POST /verify", match=match, reply={"status": 200, "body": verified})

    assert (await talk.ask("GET", "/playbooks")).status_code == 401


async def test_a_verified_token_that_has_ended_is_401(talk: Talk) -> None:
    verified = {
        "valid": True,
        "sub": "s",
        "tenant_id": talk.tenant,
        "actor_type": "human",
        "roles": [],
        "scope": ["mmm.read"],
        "valid_until": "2001-01-01T00:00:00Z",
    }
    match = {"token": await talk.token()}
    await talk.iam.script("POST /verify", match=match, reply={"status": 200, "body": verified})

    assert (await talk.ask("GET", "/playbooks")).status_code == 401


@pytest.mark.parametrize(
    ("reply", "status", "expected"),
    [
        ({"status": 200, "body": {}}, 503, "IAM_UNAVAILABLE"),
        ({"status": 200, "body": {"valid": "true"}}, 503, "IAM_UNAVAILABLE"),
        ({"status": 302, "headers": {"Location": "/elsewhere"}}, 503, "IAM_UNAVAILABLE"),
        ({"status": 403, "body": {}}, 403, "FORBIDDEN"),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": {}}, 503, "IAM_RATE_LIMITED"),
        ({"status": 400, "body": {}}, 401, "UNAUTHORIZED"),
    ],
)
async def test_what_iam_answers_decides(
    talk: Talk, reply: dict[str, Any], status: int, expected: str
) -> None:
    await talk.iam.script("POST /verify", match={"token": await talk.token()}, reply=reply)

    answer = await talk.ask("GET", "/playbooks")

    assert (answer.status_code, code(answer)) == (status, expected)
    assert answer.json()["error"]["retryable"] is (status == 503)
    if expected == "IAM_RATE_LIMITED":
        assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "reset"}])
async def test_while_iam_is_down_nobody_gets_in(talk: Talk, fault: dict[str, Any]) -> None:
    await talk.iam.script("POST /verify", match={"token": await talk.token()}, fault=fault)

    answer = await talk.decide()

    assert (answer.status_code, code(answer)) == (503, "IAM_UNAVAILABLE")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/decide", "mmm.decide"),
        ("POST", "/triggers/evaluate", "mmm.decide"),
        ("GET", "/playbooks", "mmm.read"),
        ("POST", "/decisions/x/outcomes", "mmm.outcome"),
    ],
)
async def test_a_route_needs_its_whole_scope(talk: Talk, method: str, path: str, scope: str) -> None:
    others = {"mmm.decide", "mmm.read", "mmm.outcome"} - {scope}
    scopes = [*sorted(others), scope + "x", "x" + scope, scope.upper()]

    reply = await talk.ask(method, path, {"nonsense": 1}, scope=scopes, roles=["mmm_admin"])

    assert (reply.status_code, code(reply)) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/playbooks"),
        ("PUT", "/playbooks/x"),
        ("POST", "/playbooks/x/publish"),
        ("DELETE", "/playbooks/x"),
    ],
)
async def test_playbooks_are_written_by_whole_admin_roles(talk: Talk, method: str, path: str) -> None:
    roles = ["admin", "mmm_admins", "xmmm_admin", "MMM_ADMIN", "mmm_approver", "tenant_admin "]

    reply = await talk.ask(method, path, {"nonsense": 1}, roles=roles)

    assert reply.status_code == 403


@pytest.mark.parametrize("role", ["mmm_admin", "tenant_admin"])
async def test_either_admin_role_is_enough(talk: Talk, role: str) -> None:
    reply = await talk.ask("POST", "/playbooks", playbook(action()), roles=[role])

    assert reply.status_code == 200


async def test_iam_that_denies_is_obeyed(talk: Talk) -> None:
    await talk.publish()
    for verdict in ("DENY", "ELEVATION_REQUIRED", "ELEVATION_GRANTED"):
        body = {"decision": verdict, "reason": "no", "receipt_id": "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"}
        script = await talk.iam.script(
            "POST /decision", match={"sub": talk.sub}, reply={"status": 200, "body": body}
        )

        reply = await talk.decide()

        assert (reply.status_code, code(reply)) == (403, "FORBIDDEN")
        await talk.iam.heal(script)
    assert len(await talk.receipts(2)) == 2


async def test_iam_is_asked_once_what_a_caller_may(talk: Talk) -> None:
    await talk.decided(roles=["developer", "ci_bot"])

    (asked,) = await talk.iam.journal(operation="POST /decision", sub=talk.sub)

    assert asked.request_body == {
        "subject": {"sub": talk.sub, "roles": ["ci_bot", "developer"]},
        "action": "mmm.decide",
        "resource": "mmm_engine",
    }
    assert "authorization" not in {header.lower() for header in asked.request_headers}


async def test_another_tenant_in_the_body_or_query_is_403(talk: Talk) -> None:
    assert (await talk.decide({"tenant_id": "other"})).status_code == 403
    assert (await talk.ask("GET", "/playbooks?tenant_id=other")).status_code == 403
    assert (await talk.ask("GET", f"/playbooks?tenant_id={talk.tenant}")).status_code == 200
    assert (await talk.admin("POST", "/playbooks", playbook(tenant_id="other"))).status_code == 403


async def test_a_malformed_body_is_refused_before_another_tenant(talk: Talk) -> None:
    reply = await talk.decide({"tenant_id": "other", "context": {"source": "moon"}})

    assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, "context.source")


async def test_each_refusal_comes_before_the_next(talk: Talk) -> None:
    """Who, role, form, tenant, existence, state: what comes first is told first."""
    gone = await talk.publish()
    assert (await talk.admin("DELETE", f"/playbooks/{gone['playbook_id']}")).status_code == 204
    deprecated, unknown = gone["playbook_id"], "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"
    foreign = {"tenant_id": "other"}

    refused = [
        await talk.client.put(f"/playbooks/{deprecated}", json={**foreign, "name": 7}),
        await talk.ask("PUT", f"/playbooks/{deprecated}", {**foreign, "name": 7}),
        await talk.admin("PUT", f"/playbooks/{deprecated}", {**foreign, "name": 7}),
        await talk.admin("PUT", f"/playbooks/{unknown}", {**foreign, "name": "n"}),
        await talk.admin("PUT", f"/playbooks/{unknown}", {"name": "n"}),
        await talk.admin("PUT", f"/playbooks/{deprecated}", {"name": "n"}),
    ]

    assert [reply.status_code for reply in refused] == [401, 403, 422, 403, 404, 409]


def test_who_names_nobody_means_itself() -> None:
    caller = Caller("sub-1", "tenant-1", "service", frozenset(("mmm_admin",)), frozenset())

    assert own_actor(caller, None) == "sub-1"
    assert own_actor(caller, "sub-2") == "sub-2"


async def test_only_some_may_name_another_actor(talk: Talk) -> None:
    named = {"actor_id": "somebody-else"}

    assert (await talk.decide(named)).status_code == 403
    assert (await talk.decide({"actor_id": talk.sub})).status_code == 200
    assert (await talk.decided(named, roles=["ci_bot"]))["actor_id"] == "somebody-else"
    assert (await talk.decided(named, actor_type="service"))["actor_id"] == "somebody-else"
    assert (await talk.decided(named, roles=["tenant_admin"]))["actor_id"] == "somebody-else"


async def test_no_dependency_ever_sees_the_callers_token(talk: Talk) -> None:
    await talk.publish(action("mentor", llm_prompt="Write", surfaces=["alert"]))
    await talk.decided()
    await talk.receipts(3)

    for name in ("policy", "llm", "ubi", "governance", "eris", "alerting"):
        for entry in await talk.fake(name).journal(tenant=talk.tenant):
            assert "authorization" not in {header.lower() for header in entry.request_headers}, name
            assert entry.violations == (), name


@pytest.mark.parametrize(
    ("asked", "told"),
    [("7", "7"), (None, "1"), ("soon", "1"), ("Wed, 21 Oct 2026 07:28:00 GMT", "1"), ("\u0663", "1")],
)
def test_how_long_iam_asks_to_wait_is_passed_on_where_it_is_seconds(asked: str | None, told: str) -> None:
    assert iam_refused(RefusedError("iam", 429, asked)).headers == {"Retry-After": told}
