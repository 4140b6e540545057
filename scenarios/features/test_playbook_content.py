"""The content of playbooks is checked, so that none can ever break a decision."""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    ABSENT,
    CREATED,
    SEMVER,
    EngineClient,
    Given,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_rationale,
    each_of,
    parametrize,
    requirement,
)


def _payload(**parts: str) -> dict[str, str]:
    return {"title": "A fact", "body": "Two tests fail."} | parts


# What is wrong, and a word that the refusal must say.
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ABSENT}, "name"),
    "empty name": ({"name": ""}, "name"),
    "name too long": ({"name": "n" * 201}, "name"),
    "name of another type": ({"name": ["a", "b"]}, "name"),
    "no actions": ({"actions": ABSENT}, "actions"),
    "empty actions": ({"actions": []}, "actions"),
    "unknown action type": ({"actions": [a_mirror(type="order")]}, "type"),
    "unknown surface": ({"actions": [a_mirror(surfaces=["ide", "wall"])]}, "surfaces"),
    "no surface": ({"actions": [a_mirror(surfaces=[])]}, "surfaces"),
    "title too long": ({"actions": [a_mirror(payload=_payload(title="t" * 201))]}, "title"),
    "empty title": ({"actions": [a_mirror(payload=_payload(title=""))]}, "title"),
    "body too long": ({"actions": [a_mirror(payload=_payload(body="b" * 4001))]}, "body"),
    "empty body": ({"actions": [a_mirror(payload=_payload(body=""))]}, "body"),
    "unknown severity": ({"triggers": [{"severity": "panic"}]}, "severity"),
    "priority too high": ({"limits": {"priority": 101}}, "priority"),
    "negative priority": ({"limits": {"priority": -1}}, "priority"),
    "negative limit": ({"limits": {"max_per_actor_per_day": -1}}, "max_per_actor_per_day"),
    "negative cool-down": ({"limits": {"cooldown_minutes": -5}}, "cooldown_minutes"),
    "no such hour": ({"limits": {"quiet_hours": {"start": 22, "end": 24}}}, "quiet_hours"),
}


@requirement("FR-3", "NFR-4")
@parametrize(("parts", "named"), INVALID.values(), ids=INVALID.keys())
async def test_an_invalid_playbook_is_refused(
    parts: dict[str, Any], named: str, engine: EngineClient, given: Given
) -> None:
    """An invalid playbook is refused with 422 that names the field, and is not kept."""
    await given.draft_playbook(a_playbook(name="Good"))

    refused = await engine.create_playbook(a_playbook(**parts))

    assert refused.status == 422
    assert any(field in refused.error.text for field in each_of([named, *parts]))
    assert (await engine.own_playbooks()).pluck("name") == ["Good"]


@requirement("FR-3", "NFR-4")
@parametrize(
    "parts",
    [parts for parts, _ in INVALID.values() if ABSENT not in parts.values()],
    ids=[name for name, (parts, _) in INVALID.items() if ABSENT not in parts.values()],
)
async def test_no_update_makes_a_playbook_invalid(
    parts: dict[str, Any], engine: EngineClient, given: Given
) -> None:
    """An update that would make a playbook invalid is refused with 422, and the playbook stays as it was."""
    good = await given.draft_playbook()

    refused = await engine.update_playbook(good["playbook_id"], parts)

    assert refused.status == 422
    kept = (await engine.own_playbooks())[0]
    assert {name: kept[name] for name in parts} == {name: good[name] for name in parts}


@requirement("FR-3", "NFR-4")
async def test_the_limits_themselves_are_allowed(engine: EngineClient) -> None:
    """A playbook at every limit is accepted, published, and breaks no decision; letters are not bytes."""
    widest = a_playbook(
        name="ñ" * 200,
        actions=[
            a_mirror(
                "ñ" * 200, surfaces=["ide", "ci", "alert"], payload={"title": "ñ" * 200, "body": "ñ" * 4000}
            )
        ],
        limits={
            "priority": 100,
            "max_per_actor_per_day": 1,
            "max_per_repo_per_day": 1,
            "cooldown_minutes": 0,
            "quiet_hours": {"start": 0, "end": 0},
        },
    )

    created = await engine.create_playbook(widest)
    published = await engine.publish_playbook(created.object.string("playbook_id"))
    decided = await engine.decide()

    assert created.status in CREATED
    assert published.status == 200
    assert decided.decision.titles == ["ñ" * 200]
    assert len(decided.decision.actions[0].object("payload").string("body")) == 4000


@requirement("FR-3", "NFR-4")
@parametrize("version", ["latest", "1.0", "v1.0.0", "1.0.0 ", ""])
async def test_a_version_that_is_none_is_refused_or_not_taken(
    version: str, engine: EngineClient, given: Given
) -> None:
    """A version that is no semantic one is refused with 422 or not taken, when new as in a change.

    Whether an engine numbers versions itself is its choice: what it lists has a semantic one.
    """
    draft = await given.draft_playbook(a_playbook(name="Draft"))

    created = await engine.create_playbook(a_playbook(name="New", version=version))
    changed = await engine.update_playbook(draft["playbook_id"], {"version": version})

    assert created.status in {*CREATED, 422}
    assert changed.status in {200, 422}
    listed = await engine.own_playbooks()
    assert draft["playbook_id"] in listed.pluck("playbook_id")
    for playbook in listed:
        assert SEMVER.fullmatch(playbook.string("version"))


# Prompts that a template engine would choke on, or take for more than text.
ODD_PROMPTS = (
    "{",
    "}",
    "Say why {unknown} matters.",
    "{actor.__class__.__init__}",
    "{0} {}",
    "{event!r:>9999999}",
    "%s %(actor)s $actor ${event} {{event}}",
)


@requirement("FR-3", "NFR-4")
@parametrize("prompt", ODD_PROMPTS)
async def test_no_prompt_breaks_a_decision(prompt: str, engine: EngineClient, given: Given) -> None:
    """A prompt with odd braces or words is refused when written, or the playbook breaks no decision.

    What such a prompt becomes is the engine's choice.
    """
    sound = await given.published_playbook(a_playbook(name="Sound"))

    odd = await engine.create_playbook(a_playbook(name="Odd", actions=[a_mentor(llm_prompt=prompt)]))
    if odd.status in CREATED:
        await engine.publish_playbook(odd.object.string("playbook_id"))
    decided = await engine.decide()

    assert odd.status in {*CREATED, 422}
    assert sound["playbook_id"] in decided.decision.playbooks


@requirement("FR-5")
@parametrize("missing", ["rationale", "evidence_links", "baseline_comparison", "why_relevant"])
async def test_no_mentor_is_shown_that_does_not_say_why(
    missing: str, engine: EngineClient, given: Given
) -> None:
    """A mentor whose rationale lacks a part, written so or changed to it, is shown with a whole one or never.

    An engine may refuse to write it, hold it back, or say itself what was left out.
    """
    sound = a_mentor("Says why")
    parts = {name: part for name, part in sound["payload"]["rationale"].items() if name != missing}
    rationale = {} if missing == "rationale" else {"rationale": parts}
    silent = a_mentor(payload={"title": "Does not", "body": "Rerun the tests."} | rationale)
    await given.published_playbook(a_playbook(name="Sound", actions=[sound]))
    other = await given.published_playbook(a_playbook(name="Changed", actions=[sound]))

    written = await engine.create_playbook(a_playbook(name="Silent", actions=[silent]))
    if written.status in CREATED:
        await engine.publish_playbook(written.object.string("playbook_id"))
    changed = await engine.update_playbook(other["playbook_id"], {"actions": [silent]})
    await engine.publish_playbook(other["playbook_id"])
    reply = await engine.decide()

    assert written.status in {*CREATED, 422}
    assert changed.status in {200, 422}
    assert "Says why" in reply.decision.titles
    for action in reply.decision.actions:
        told = action.object("payload").object("rationale")
        assert isinstance(told.strings("evidence_links"), list)
        assert told.string("baseline_comparison").strip()
        assert told.string("why_relevant").strip()


@requirement("FR-4", "UT-MMM-02")
@parametrize("title", ["You should rerun it", "Tests must pass", "You have to look", "You need to look"])
async def test_a_mirrors_title_prescribes_no_more_than_its_body(
    title: str, engine: EngineClient, given: Given
) -> None:
    """A mirror with prescriptive wording in its title alone is refused when written, or not proposed."""
    await given.published_playbook(a_playbook(name="Factual", actions=[a_mirror("A fact")]))

    written = await engine.create_playbook(a_playbook(name="Prescriptive", actions=[a_mirror(title)]))
    if written.status in CREATED:
        await engine.publish_playbook(written.object.string("playbook_id"))
    reply = await engine.decide()

    assert written.status in {*CREATED, 422}
    assert reply.decision.titles == ["A fact"]


@requirement("UT-MMM-02")
async def test_whatever_has_a_rationale_shows_it(engine: EngineClient, given: Given) -> None:
    """A mirror and a multiplier whose template says why are shown with what it says, as a mentor is."""
    facts = a_mirror("A fact", payload=_payload(title="A fact") | {"rationale": a_rationale()})
    offer = a_multiplier("An offer", payload=_payload(title="An offer") | {"rationale": a_rationale()})
    await given.published_playbook(a_playbook(actions=[facts, offer]))

    reply = await engine.decide()

    assert sorted(reply.decision.titles) == ["A fact", "An offer"]
    for action in reply.decision.actions:
        told = action.object("payload").object("rationale")
        for part, words in a_rationale().items():
            assert told[part] == words
