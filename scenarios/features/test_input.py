"""What is not a sound request is refused, changes nothing, and never makes the engine crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.scenario import (
    ABSENT,
    NOTHING,
    EngineClient,
    Eris,
    Given,
    HungUpError,
    People,
    Reply,
    a_context,
    a_decide_request,
    a_mirror,
    a_playbook,
    a_signal,
    an_outcome,
    each_answered,
    each_of,
    parametrize,
    requirement,
    routes,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# What is wrong with the request, and the field that the refusal must name.
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "no tenant": ({"tenant_id": ABSENT}, "tenant_id"),
    "unknown actor type": ({"actor_type": "robot"}, "actor_type"),
    "context is text": ({"context": "main"}, "context"),
    "unknown source": ({"context": a_context(source="phone")}, "source"),
    "unknown environment": ({"context": a_context(environment="moon")}, "environment"),
    "repository too long": ({"context": a_context(repo_id="r" * 201)}, "repo_id"),
    "branch is a list": ({"context": a_context(branch=["main"])}, "branch"),
    "signal is a list": ({"signal": []}, "signal"),
    "unknown severity": ({"signal": a_signal(severity="panic")}, "severity"),
    "time without offset": ({"signal": a_signal(occurred_at="2026-03-01T10:00:00")}, "occurred_at"),
    "no time at all": ({"signal": a_signal(occurred_at="yesterday")}, "occurred_at"),
    "empty signal id": ({"signal": a_signal(signal_id="")}, "signal_id"),
}
# More than any request has a use for, and less than anybody should fall over.
TOO_LARGE = 3_000_000
LONG = "m" * 20_000
MALFORMED_IDS = ("pref-1", "0", "-1", "not-a-uuid", "a" * 500, "5a0c4b7e", "' OR '1'='1")
ROUTES_WITH_ID: dict[str, Callable[[EngineClient, str], Awaitable[Reply]]] = {
    "update": lambda engine, identity: engine.update_playbook(identity, {"name": "Renamed"}),
    "publish": lambda engine, identity: engine.publish_playbook(identity),
    "delete": lambda engine, identity: engine.delete_playbook(identity),
    "outcome": lambda engine, identity: engine.report_outcome(identity, an_outcome(NOTHING)),
    "approve": lambda engine, identity: engine.approve(identity),
    "approval": lambda engine, identity: engine.approval_of(identity),
    "experiment": lambda engine, identity: engine.update_experiment(identity, {"name": "Renamed"}),
    "activate": lambda engine, identity: engine.switch_experiment(identity, "activate"),
    "deactivate": lambda engine, identity: engine.switch_experiment(identity, "deactivate"),
}


@requirement("FR-1", "NFR-4")
@parametrize(("members", "named"), INVALID.values(), ids=INVALID.keys())
async def test_an_invalid_envelope_is_refused(
    members: dict[str, Any], named: str, engine: EngineClient, people: People
) -> None:
    """An invalid envelope is refused with 422 that names the field."""
    valid = await engine.decide(people.another_developer())
    reply = await engine.decide(people.developer, **members)

    assert valid.status == 200
    assert reply.status == 422
    assert named in reply.error.text


@requirement("FR-1", "NFR-4")
async def test_a_refused_envelope_changes_nothing(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """A refused envelope spends no quota and leaves no receipt."""
    await given.published_playbook(a_playbook(actions=[a_mirror(f"Fact {n}") for n in range(3)]))

    refused = [await engine.decide(people.developer, signal=a_signal(severity="panic")) for _ in range(3)]
    accepted = await engine.decide(people.developer)

    each_answered(refused, 422)
    assert len(accepted.decision.actions) == 3
    decided = [receipt for receipt in await eris.settled(given, due=3) if receipt.kind == "decision"]
    assert [receipt.decision_id for receipt in decided] == [accepted.decision.id]


@requirement("NFR-4", "FR-1")
@parametrize(
    "content",
    [b"", b"{", b'{"tenant_id": ', b"[]", b'"text"', b"null", b"\xff\xfe\x00", b"tenant_id=a"],
    ids=["nothing", "brace", "half", "array", "string", "null", "bytes", "form"],
)
async def test_what_is_no_json_object_is_refused(
    content: bytes, engine: EngineClient, people: People
) -> None:
    """A body that is not a JSON object is refused with 400 or 422, never served and never a crash."""
    reply = await engine.call("POST", "/decide", by=people.developer, content=content)

    assert reply.status in {400, 422}


@requirement("NFR-4")
async def test_no_hostile_body_makes_the_engine_crash(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Lone surrogates, zero bytes, deep nesting and huge values are answered, never with 5xx."""
    await given.decision(people.another_developer())
    request = a_decide_request(people.developer)
    hostile = {
        "lone surrogate": request | {"context": a_context(branch="\ud800")},
        "zero byte": request | {"context": a_context(branch="a\x00b")},
        "surrogate in the tenant": request | {"tenant_id": "\udfff"},
        "zero byte in the signal": request | {"signal": a_signal(event_type="\x00", signal_id="a\x00")},
        "megabyte": request | {"context": a_context(file_path="p" * 1_000_000)},
        "huge number": request | {"signal": a_signal(payload={"count": 10**400})},
        "negative number": request | {"signal": a_signal(severity=-1)},
        "time out of range": request | {"signal": a_signal(occurred_at="9999-12-31T23:59:60+23:59")},
        "time after all times": request | {"signal": a_signal(occurred_at="9999-12-31T23:59:59-23:59")},
        "time before all times": request | {"signal": a_signal(occurred_at="0001-01-01T00:00:00+23:59")},
        "zero byte in the repository": request | {"context": a_context(repo_id="a\x00b")},
    }
    nested = b'{"tenant_id": "t", "context": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"

    replies = [
        await engine.call("POST", "/decide", by=people.developer, body=body) for body in hostile.values()
    ]
    replies.append(await engine.call("POST", "/decide", by=people.developer, content=nested))

    for reply in each_of(replies):
        assert reply.status < 500
    sane = await engine.decide(people.another_developer())
    assert sane.status == 200


@requirement("NFR-4")
async def test_no_body_is_too_much_for_any_route(engine: EngineClient, people: People) -> None:
    """On every route that takes a body, one that cannot be read is refused, and one too large no crash.

    How is the engine's choice: 400 or 422; 413 and 415, or to read it all the same.
    """
    taking = [(route, body) for route in routes() if (body := route.body(people.admin)) is not None]
    text = {"Content-Type": "text/plain"}

    for route, body in each_of(taking):
        path, by = route.path_of(people.admin), people.admin
        half = await engine.call(route.method, path, by=by, content=json.dumps(body).encode()[:-1])
        plain = await engine.call(route.method, path, by=by, body=body, headers=text)
        large = await engine.call(route.method, path, by=by, body=body | {"more": "m" * TOO_LARGE})

        assert half.status in {400, 422}, route.name
        assert plain.status < 500, route.name
        assert large.status < 500, route.name
    sane = await engine.decide(people.another_developer())
    assert sane.status == 200


@requirement("NFR-4")
async def test_no_address_or_header_is_too_long_for_any_route(engine: EngineClient, people: People) -> None:
    """On every route an address or a header of 20,000 characters is no crash, and the next call is served.

    How is the engine's choice: 400, 414, 431, to read it all the same, or its server hangs up.
    """
    paths = [(route.method, route.path_of(people.admin)) for route in routes() if "?" not in route.path]
    paths += [("GET", "/health"), ("GET", "/ready"), ("GET", "/metrics")]

    for method, path in each_of(paths):
        asked = [{"query": {"more": LONG}}, {"headers": {"X-More": LONG}}]
        statuses = [await _status(engine, method, path, **more) for more in asked]

        for status in each_of(statuses):
            assert status is None or status < 500 or path == "/ready", path
    sane = await engine.decide(people.another_developer())
    assert sane.status == 200


async def _status(engine: EngineClient, method: str, path: str, **more: Any) -> int | None:  # noqa: ANN401 - of call
    """Return the status of an answer; None where the server hung up. To let a caller wait is a breach."""
    try:
        return (await engine.call(method, path, by=engine.people.admin, **more)).status
    except HungUpError:
        return None


@requirement("NFR-4")
@parametrize("route", ROUTES_WITH_ID.values(), ids=ROUTES_WITH_ID.keys())
async def test_a_malformed_id_in_a_path_is_refused(
    route: Callable[[EngineClient, str], Awaitable[Reply]], engine: EngineClient
) -> None:
    """A path id that is no UUID is refused with 404 or 422, on every route that takes one."""
    replies = [await route(engine, identity) for identity in MALFORMED_IDS]

    for reply in each_of(replies):
        assert reply.status in {404, 422}
        assert reply.error_code


MALFORMED_BODIES: dict[str, Callable[[EngineClient], Awaitable[Reply]]] = {
    "update": lambda engine: engine.update_playbook(NOTHING, {"name": ""}),
    "outcome": lambda engine: engine.report_outcome(NOTHING, an_outcome(NOTHING, "loved")),
    "outcome without its reason": lambda engine: engine.report_outcome(
        NOTHING, an_outcome(NOTHING, "dismissed", reason=ABSENT)
    ),
    "experiment": lambda engine: engine.update_experiment(NOTHING, {"name": ""}),
    "approve": lambda engine: engine.approve(NOTHING, verdict=["approve"]),
}


@requirement("NFR-4")
@parametrize("call", MALFORMED_BODIES.values(), ids=MALFORMED_BODIES.keys())
async def test_what_is_malformed_is_told_before_what_is_missing(
    call: Callable[[EngineClient], Awaitable[Reply]], engine: EngineClient
) -> None:
    """A malformed body is 422 even where what the path names does not exist: 404 comes after it."""
    reply = await call(engine)

    assert reply.status == 422
    assert reply.error_code


@requirement("NFR-4", "FR-13")
@parametrize(
    "change",
    [
        lambda engine: engine.update_preferences({"opt_out_categories": ["mirror", 7]}),
        lambda engine: engine.snooze({"duration_hours": 10**400}),
        lambda engine: engine.snooze({"until": "9999-12-31T23:59:60+23:59"}),
        lambda engine: engine.snooze({"until": "9999-12-31T23:59:59-23:59"}),
        lambda engine: engine.update_tenant_policy({"quotas": {"max_actions_per_day": 10**400}}),
        lambda engine: engine.update_tenant_policy({"quiet_hours": {"start": 1.5, "end": 2}}),
        lambda engine: engine.create_playbook(a_playbook(limits={"priority": 10**400})),
        lambda engine: engine.create_playbook(a_playbook(name="\ud800")),
        lambda engine: engine.create_playbook(a_playbook(owner="a\x00b")),
        lambda engine: engine.list_playbooks(limit="9" * 400),
        lambda engine: engine.list_playbooks(offset="9" * 30),
        lambda engine: engine.tenant_metrics(start_date="\x00", end_date="9" * 400),
    ],
    ids=[
        *("mixed list", "hours without end", "moment out of range", "moment after all moments"),
        *("quota without end", "half an hour"),
        *("priority without end", "lone surrogate", "zero byte", "long limit", "far offset", "odd dates"),
    ],
)
async def test_no_hostile_value_makes_an_admin_route_crash(
    change: Callable[[EngineClient], Awaitable[Reply]], engine: EngineClient, people: People, given: Given
) -> None:
    """Huge, broken and impossible values are never answered with 5xx, and break no decision."""
    playbook = await given.published_playbook()

    reply = await change(engine)
    decided = await engine.decide(people.another_developer())

    assert reply.status < 500
    assert playbook["playbook_id"] in decided.decision.playbooks
