"""The LLM gateway is gone, or cannot be trusted: mirrors only, or static mentors."""

from __future__ import annotations

from harness.scenario import (
    EngineClient,
    Eris,
    Given,
    Llm,
    Names,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    each_of,
    eventually,
    own_world,
    requirement,
    samples,
)

# The gateway's time-out is 3.0 s; the rest of a decision and a busy machine get more than as much again.
ANSWERED_WITHIN = 6.5
GENERATED = a_mentor("A generated hint", llm_prompt="Explain why {event} matters.")
PLAYBOOKS = (
    a_playbook(name="Fact", actions=[a_mirror("A fact")]),
    a_playbook(name="Hint", actions=[GENERATED]),
    a_playbook(
        name="Offer", actions=[a_multiplier("A generated offer", llm_prompt="Offer to rerun {event}.")]
    ),
)
VERDICTS: tuple[dict[str, object], ...] = (
    {},
    {"status": "unsure", "risk_flags": [], "redaction_summary": None},
    {"risk_flags": [], "redaction_summary": None},
)


@requirement("RF-MMM-01", "FR-4", "NFR-6")
@own_world()
async def test_without_the_gateway_facts_go_on(
    engine: EngineClient, given: Given, llm: Llm, eris: Eris
) -> None:
    """Without the gateway mirrors go on, mentors are static, offers that need it are missing."""
    for playbook in each_of(PLAYBOOKS):
        await given.published_playbook(playbook)
    healthy = await engine.decide(engine.people.another_developer())
    await llm.goes_down()

    reply = await engine.decide()

    assert healthy.decision["degraded_mode"] is False
    assert reply.status == 200
    assert reply.decision["degraded_mode"] is True
    assert "A fact" in reply.decision.titles
    assert "A generated offer" not in reply.decision.titles
    for action in reply.decision.actions:
        if action["type"] == "mentor":
            assert action.object("payload")["body"] == GENERATED["payload"]["body"]
    assert (await eris.receipt_of(reply.decision.id))["degraded"] is True


@requirement("NFR-4", "FR-5")
@own_world()
async def test_text_without_a_verdict_never_comes_back(
    engine: EngineClient, given: Given, llm: Llm, names: Names, eris: Eris
) -> None:
    """Text whose safety verdict is missing or unknown is never shown; the decision is degraded."""
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact"), GENERATED]))
    replies = []
    texts = [names.canary() for _ in VERDICTS]

    for text, verdict in zip(texts, VERDICTS, strict=True):
        await llm.writes_without_verdict(text, **verdict)
        replies.append(await engine.decide(engine.people.another_developer()))
        await llm.heals()

    for text, reply in each_of(zip(texts, replies, strict=True)):
        assert text not in reply.all_text
        assert "A fact" in reply.decision.titles
        assert reply.decision["degraded_mode"] is True
        assert text not in (await eris.receipt_of(reply.decision.id)).text


# More than open a breaker (5 failures, in each process), each with a try of its own.
FAILURES = 6
TOLD_WITHIN = 4.0
OPEN = 1.0
# So many that of up to eight processes behind one address one has met enough failures, however they fell.
ROUNDS = 6


@requirement("RF-MMM-01", "NFR-6", "OB-MMM-01")
@own_world(replicas=1)
async def test_a_gateway_that_hangs_is_told_and_soon_not_waited_for(
    engine: EngineClient, given: Given, llm: Llm
) -> None:
    """A gateway that never answers costs no decision more than its time-out, and soon a circuit is seen open.

    An open circuit is told as 1 (engine.md, 9); it is let through once only a minute later.
    What the circuit is called, and whether it is told before it first opens, is the engine's choice. Each
    process has a circuit of its own (engine.md, 2): where there are several behind the address, one that is
    open is enough, and as many rounds are given as it takes.
    """
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact"), GENERATED]))
    before = samples((await engine.public("metrics")).text, "mmm_circuit_state")
    await llm.never_answers()

    async def seen_open() -> bool:
        states = samples((await engine.public("metrics")).text, "mmm_circuit_state")
        return any(sample.value == OPEN for sample in states)

    replies, opened = [], False
    for _ in range(ROUNDS):
        replies += await all_at_once(
            *(engine.decide(engine.people.another_developer()) for _ in range(FAILURES))
        )
        opened = await eventually(seen_open, TOLD_WITHIN)
        if opened:
            break

    assert [sample for sample in before if sample.value != 0.0] == []
    for reply in each_of(replies):
        assert "A fact" in reply.decision.titles
        assert reply.decision["degraded_mode"] is True
        assert reply.seconds < ANSWERED_WITHIN
    assert opened, "no circuit was seen open"
