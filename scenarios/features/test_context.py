"""A decision is made in a context of actor, repository, recent signals, policy and governance."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

from harness.scenario import (
    CONFIG,
    EVALUATE,
    RECENT_SIGNALS,
    EngineClient,
    Given,
    Governance,
    Object,
    People,
    Policy,
    Ubi,
    a_context,
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
