"""A decision is made in a context of actor, repository, recent signals, policy and governance."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

from harness.scenario import (
    CONFIG,
    EVALUATE,
    RECENT_SIGNALS,
    EngineClient,
    Eris,
    Given,
    Governance,
    Object,
    People,
    Policy,
    Ubi,
    a_context,
    each_answered,
    parametrize,
    requirement,
)


@requirement("FR-2", "PR-MMM-01")
async def test_policy_is_asked_about_this_context(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """Policy hears of repository, branch, kind of actor and source, and of no more than it needs."""
    snapshot = await policy.rules()
    await given.published_playbook()

    reply = await engine.decide(context=a_context(repo_id="repo-7", branch="release", source="ci"))

    assert reply.decision["policy_snapshot_id"] == snapshot["policy_snapshot_id"]
    heard = await policy.calls(EVALUATE)
    assert heard
    asked = Object(heard[0].request_body, "the question to policy").object("context")
    assert asked["actor_type"] == "human"
    assert asked["source"] == "ci"
    assert asked.get("repo_id") in {None, "repo-7"}
    assert asked.get("branch") in {None, "release"}
    assert set(asked.plain) <= {"repo_id", "branch", "actor_type", "source", "environment"}
    assert people.developer.sub not in asked.text


@requirement("FR-2")
async def test_the_actors_recent_signals_are_looked_up(
    engine: EngineClient, people: People, given: Given, ubi: Ubi
) -> None:
    """The recent signals of this very actor in this tenant belong to the context."""
    await given.published_playbook()

    reply = await engine.decide(people.developer)

    assert len(reply.decision.actions) == 1
    heard = await ubi.calls(RECENT_SIGNALS)
    assert heard
    asked = parse_qs(heard[0].query)
    assert asked["tenant_id"] == [people.tenant]
    assert asked["actor_id"] == [people.developer.sub]


@requirement("FR-2", "FR-7")
@parametrize("silent", [True, False], ids=["in quiet hours", "outside"])
async def test_governance_says_when_it_is_quiet(
    *, silent: bool, engine: EngineClient, given: Given, governance: Governance
) -> None:
    """In the tenant's quiet hours, as governance has them, nothing is proposed; outside them it is."""
    hour = datetime.now(UTC).hour
    begin = hour - 1 if silent else hour + 6
    quiet = {"start": begin % 24, "end": (begin + 4) % 24}
    await governance.says(quiet_hours=quiet)
    await given.published_playbook()

    reply = await engine.decide()

    assert len(reply.decision.actions) == (0 if silent else 1)
    assert await governance.calls(CONFIG)


@requirement("FR-2", "NFR-3")
async def test_each_actors_recent_signals_are_its_own(
    engine: EngineClient, people: People, given: Given, ubi: Ubi, eris: Eris
) -> None:
    """Right after one actor's signals were looked up, another's are looked up anew, and none are mixed up.

    Whether recent signals are named in a receipt is the engine's choice; another actor's never are.
    """
    one, other = people.another_developer(), people.another_developer()
    await ubi.has_seen(one.sub, ("focus", "high"))
    await given.published_playbook()

    replies = [await engine.decide(person) for person in (one, other)]

    each_answered(replies, 200)
    asked = [parse_qs(entry.query)["actor_id"][0] for entry in await ubi.calls(RECENT_SIGNALS)]
    assert set(asked) == {one.sub, other.sub}
    receipt = await eris.receipt_of(replies[1].decision.id)
    assert receipt.inputs.strings("signal_ids") == ["signal-1"]


@requirement("FR-2", "FR-1")
@parametrize("kind", ["human", "ai_agent"])
async def test_who_says_nothing_is_what_its_token_says(
    kind: str, engine: EngineClient, people: People, eris: Eris
) -> None:
    """Where a request does not say what type of actor it is for, answer and receipt have the token's."""
    caller = people.ai_agent if kind == "ai_agent" else people.developer

    decision = (await engine.decide(caller)).decision

    receipt = await eris.receipt_of(decision.id)
    assert decision["actor_type"] == kind
    assert receipt.object("actor")["type"] == kind
