"""A signal may also be evaluated explicitly: as decide, but there must be a signal."""

from __future__ import annotations

from harness.scenario import (
    ABSENT,
    EngineClient,
    Eris,
    Given,
    People,
    Reply,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_signal,
    each_of,
    parametrize,
    requirement,
)


def proposed(reply: Reply) -> list[tuple[str, str, list[str], bool, bool]]:
    """Return what was proposed, without what is new in each decision."""
    return sorted(
        (
            action.object("payload").string("title"),
            action["type"],
            sorted(action.strings("surfaces")),
            action["requires_consent"],
            action["requires_dual_channel"],
        )
        for action in reply.decision.actions
    )


@requirement("FR-1")
async def test_an_explicit_trigger_decides_as_decide_does(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """An explicit trigger with a signal is answered with a decision, which leaves its receipt."""
    playbook = await given.published_playbook(a_playbook(triggers=[{"event_type": "risk.alert"}]))

    fits = await engine.trigger(people.another_developer(), signal=a_signal(event_type="risk.alert"))
    differs = await engine.trigger(people.another_developer(), signal=a_signal(event_type="build.failed"))

    assert fits.decision.playbooks == [playbook["playbook_id"]]
    assert differs.decision.playbooks == []
    receipt = await eris.receipt_of(fits.decision.id)
    assert receipt.inputs.strings("signal_ids") == ["signal-1"]


@requirement("FR-1", "UT-MMM-02")
async def test_an_explicit_trigger_proposes_what_decide_proposes(
    engine: EngineClient, people: People, given: Given
) -> None:
    """One signal gets the same actions, whether it comes by decide or by an explicit trigger."""
    templates = [
        a_mirror("A fact", surfaces=["ide", "ci", "alert"]),
        a_mentor("A hint", surfaces=["ci"], requires_consent=False),
        a_multiplier("An offer", surfaces=["alert"], requires_dual_channel=True),
    ]
    await given.published_playbook(a_playbook(actions=templates))

    asked = await engine.decide(people.another_developer())
    triggered = await engine.trigger(people.another_developer())

    assert sorted(asked.decision.titles) == ["A fact", "A hint", "An offer"]
    assert proposed(triggered) == proposed(asked)


@requirement("FR-1", "NFR-4")
async def test_an_explicit_trigger_needs_a_sound_signal(engine: EngineClient, people: People) -> None:
    """Without a sound signal an explicit trigger is refused with 422 that names the field."""
    valid = await engine.trigger(people.developer)
    without = await engine.trigger(people.developer, signal=ABSENT)
    invalid = await engine.trigger(people.developer, signal=a_signal(severity="panic"))

    assert valid.status == 200
    for reply, named in each_of([(without, "signal"), (invalid, "severity")]):
        assert reply.status == 422
        assert named in reply.error.text


@requirement("FR-1", "NFR-5")
@parametrize("path", ["/decide", "/triggers/evaluate"])
async def test_a_decision_that_is_refused_for_its_query_was_never_made(
    path: str, engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """A decide whose query names another tenant is refused and leaves nothing, or served as any other.

    Whether the query of a decide is read at all, or refused as unknown, is the engine's choice.
    """
    others = people.elsewhere()
    await given.published_playbook(a_playbook(actions=[a_mirror(f"Fact {number}") for number in range(3)]))
    body = a_decide_request(people.developer)

    named = await engine.call(
        "POST", path, by=people.developer, body=body, query={"tenant_id": others.tenant}
    )
    later = await engine.decide(people.developer)

    decided = [reply for reply in (named, later) if reply.status == 200]
    assert named.status in {200, 400, 403, 422}
    assert len(decided[0].decision.actions) == 3
    receipts = await eris.settled(given, due=2 + len(decided))
    made = [receipt.decision_id for receipt in receipts if receipt.kind == "decision"]
    assert sorted(str(each) for each in made) == sorted(reply.decision.id for reply in decided)
    assert await eris.settled(given, others, due=0) == []
