"""Decide: a validated envelope in, a complete decision out; an invalid one changes nothing."""

from __future__ import annotations

import re
from typing import Any

from harness.scenario import (
    ABSENT,
    CREATED,
    GENERATE,
    EngineClient,
    Eris,
    Given,
    Llm,
    Names,
    People,
    Reply,
    a_context,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_signal,
    each_of,
    not_exercised,
    parametrize,
    requirement,
)

CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEMVER = re.compile(r"\d+\.\d+\.\d+([-+].+)?")
WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

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


@requirement("FR-1", "UT-MMM-02")
@parametrize("source", ["ide", "ci"])
async def test_a_decision_is_complete(
    source: str, engine: EngineClient, people: People, given: Given
) -> None:
    """A decision has every member, ids in canonical form and times with offset."""
    await given.published_playbook()

    reply = await engine.decide(context=a_context(source=source))

    decision = reply.decision
    assert CANONICAL.fullmatch(decision.id)
    assert decision["tenant_id"] == people.tenant
    assert decision["actor_id"] == people.developer.sub
    assert decision["actor_type"] == "human"
    assert WITH_OFFSET.fullmatch(decision.string("created_at"))
    assert decision["policy_snapshot_id"]
    assert decision["degraded_mode"] is False
    assert decision["latency_warning"] in (True, False)
    assert len(decision.actions) == 1


@requirement("UT-MMM-02")
async def test_an_action_is_what_its_template_says(engine: EngineClient, given: Given) -> None:
    """Each action has its template's type, surfaces and payload, its own id, and its playbook."""
    templates = [
        a_mirror("A fact", surfaces=["ide", "ci"]),
        a_mentor("A suggestion"),
        a_multiplier("An offer", requires_dual_channel=True),
    ]
    playbook = await given.published_playbook(a_playbook(actions=templates))

    reply = await engine.decide()

    actions = {action.object("payload").string("title"): action for action in reply.decision.actions}
    assert len({action.string("action_id") for action in actions.values()}) == 3
    for template in each_of(templates):
        action = actions[template["payload"]["title"]]
        assert CANONICAL.fullmatch(action.string("action_id"))
        assert action["type"] == template["type"]
        assert sorted(action.strings("surfaces")) == sorted(template["surfaces"])
        assert action.object("payload")["body"] == template["payload"]["body"]
        assert action["requires_dual_channel"] is template.get("requires_dual_channel", False)
        assert action["requires_consent"] in (True, False)
        assert action["playbook_id"] == playbook["playbook_id"]
        assert SEMVER.fullmatch(action.string("playbook_version"))
        assert action["playbook_version"] == playbook["version"]


@requirement("FR-1")
async def test_the_least_envelope_is_enough(engine: EngineClient, people: People, given: Given) -> None:
    """Context and signal may be missing or have any of their parts: only the tenant is required."""
    playbook = await given.published_playbook()
    envelopes: list[dict[str, Any]] = [
        {"context": ABSENT, "signal": ABSENT},
        {"context": {}, "signal": {}},
        {"context": {"repo_id": "repo-1"}, "signal": {"severity": "info"}},
        {"context": a_context(), "signal": a_signal(payload={"failed_tests": 2})},
    ]

    replies = [await engine.decide(people.another_developer(), **envelope) for envelope in envelopes]

    for reply in each_of(replies):
        assert reply.decision.playbooks == [playbook["playbook_id"]]


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

    assert [reply.status for reply in refused] == [422] * 3
    assert len(accepted.decision.actions) == 3
    decided = [receipt for receipt in await eris.settled(given) if receipt.kind == "decision"]
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
@parametrize("identity", ["pref-1", "0", "-1", "not-a-uuid", "a" * 500, "5a0c4b7e", "' OR '1'='1"])
async def test_a_malformed_id_in_a_path_is_refused(identity: str, engine: EngineClient) -> None:
    """A path id that is no UUID is refused with 404 or 422, on every route that takes one."""
    replies = [
        await engine.update_playbook(identity, {"name": "Renamed"}),
        await engine.publish_playbook(identity),
        await engine.delete_playbook(identity),
        await engine.report_outcome(identity, {"action_id": identity, "result": "shown"}),
    ]

    for reply in each_of(replies):
        assert reply.status in {404, 422}
        assert reply.error_code


@requirement("UT-MMM-02", "IT-MMM-04")
async def test_an_offer_always_needs_consent(engine: EngineClient, given: Given) -> None:
    """A multiplier requires consent, whatever its playbook says."""
    offers = [
        a_multiplier("Says no", requires_consent=False),
        a_multiplier("Is silent", requires_consent=ABSENT),
    ]
    await given.published_playbook(a_playbook(actions=offers))

    reply = await engine.decide()

    assert sorted(reply.decision.titles) == ["Is silent", "Says no"]
    for action in reply.decision.actions:
        assert action["type"] == "multiplier"
        assert action["requires_consent"] is True


@requirement("UT-MMM-02", "FR-5")
async def test_a_mentor_says_why(engine: EngineClient, given: Given) -> None:
    """A mentor comes with evidence links, a comparison with the baseline, and its relevance."""
    mentor = a_mentor("A suggestion")
    await given.published_playbook(a_playbook(actions=[mentor]))

    reply = await engine.decide()

    assert reply.decision.types == ["mentor"]
    rationale = reply.decision.actions[0].object("payload").object("rationale")
    expected = mentor["payload"]["rationale"]
    assert rationale.strings("evidence_links") == expected["evidence_links"]
    assert rationale["baseline_comparison"] == expected["baseline_comparison"]
    assert rationale["why_relevant"] == expected["why_relevant"]


@requirement("FR-4", "UT-MMM-02")
@parametrize(
    "wording", ["You should rerun it.", "Tests MUST pass.", "You have to rerun it.", "You need to look."]
)
async def test_a_mirror_never_prescribes(
    wording: str, engine: EngineClient, given: Given, names: Names
) -> None:
    """A mirror with prescriptive wording is refused when written, or not proposed; a factual one is."""
    factual = a_mirror("A fact")
    await given.published_playbook(a_playbook(name="Factual", actions=[factual]))
    title = names.canary()
    prescriptive = a_mirror(payload={"title": title, "body": wording})

    written = await engine.create_playbook(a_playbook(name="Prescriptive", actions=[prescriptive]))
    if written.status in CREATED:
        await engine.publish_playbook(written.object.string("playbook_id"))
    reply = await engine.decide()

    assert written.status in {*CREATED, 422}
    assert reply.decision.titles == ["A fact"]


@requirement("NFR-1")
@parametrize("source", ["ide", "ci"])
async def test_a_slow_decision_is_marked(
    source: str, engine: EngineClient, people: People, given: Given, llm: Llm
) -> None:
    """A decision slower than its limit carries a latency warning; a faster one does not."""
    limit = {"ide": 0.15, "ci": 0.5}[source]
    quick = await _answered_within(limit, engine, people, source)
    await llm.delays(GENERATE, 1.0)
    await given.published_playbook(a_playbook(actions=[a_mentor(llm_prompt="Say why {event} matters.")]))

    slow = await engine.decide(context=a_context(source=source))

    assert quick.decision["latency_warning"] is False
    assert slow.decision["latency_warning"] is True


async def _answered_within(limit: float, engine: EngineClient, people: People, source: str) -> Reply:
    """Return a decision that took less than the limit even as its caller measures it."""
    for _ in range(20):
        reply = await engine.decide(people.another_developer(), context=a_context(source=source))
        if reply.seconds < limit:
            return reply
    return not_exercised(f"no decision was answered within {limit} s here, so none has to be unmarked")
