"""Generated text passes safety before anybody sees it, or nobody sees it."""

from __future__ import annotations

from harness.scenario import (
    CANONICAL,
    CREATED,
    GENERATE,
    EngineClient,
    Eris,
    Given,
    Json,
    Llm,
    Names,
    Object,
    People,
    Receipt,
    a_context,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    a_signal,
    each_answered,
    not_exercised,
    parametrize,
    requirement,
)

STATIC = a_mentor()["payload"]["body"]


def a_generated_mentor(**parts: object) -> Json:
    """Return the template of a mentor whose text is generated."""
    return a_mentor(
        "A generated hint", llm_prompt="Explain to {actor} why {event} in {repo} matters.", **parts
    )


def explained(receipt: Receipt) -> Json:
    """Return how a receipt explains its decision, without what is new in each."""
    risk, decision = receipt.object("risk"), receipt.object("decision")
    return {
        "flags": sorted(risk.strings("flags")),
        "safety": risk["safety_checks_passed"],
        "status": decision["status"],
        "badges": sorted(decision.strings("badges")),
        "rationale": CANONICAL.sub("", decision.string("rationale")),
    }


async def shown_when_safe(engine: EngineClient, llm: Llm, given: Given, names: Names) -> None:
    """Make sure, in another tenant, that this engine shows generated text at all where it is safe."""
    others = engine.people.elsewhere()
    safe = names.canary()
    await llm.writes(f"A safe hint {safe}.", tenant=others.tenant)
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]), by=others.admin)
    if safe not in (await engine.decide(others.developer)).text:
        not_exercised("this engine shows no generated text even where it is safe: none can be missed")


@requirement("IT-MMM-03", "FR-5")
async def test_a_mentor_with_generated_text_asks_the_gateway(
    engine: EngineClient, people: People, given: Given, llm: Llm, names: Names
) -> None:
    """A mentor that asks for generated text gets it from the gateway, safe, and still says why."""
    written = names.canary()
    await llm.writes(f"Two tests fail since yesterday: {written}.")
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]))

    reply = await engine.decide(people.developer)

    assert reply.decision.types == ["mentor"]
    assert written in reply.text
    assert reply.decision["degraded_mode"] is False
    rationale = reply.decision.actions[0].object("payload").object("rationale")
    assert rationale.strings("evidence_links")
    assert rationale.string("baseline_comparison")
    assert rationale.string("why_relevant")
    heard = await llm.calls(GENERATE)
    assert len(heard) == 1
    assert heard[0].violations == ()


@requirement("IT-MMM-03", "NFR-4", "UT-MMM-04")
@parametrize("flags", [("sabotage",), ()], ids=["with a flag", "without one"])
async def test_unsafe_text_never_comes_back(
    flags: tuple[str, ...], engine: EngineClient, given: Given, llm: Llm, names: Names, eris: Eris
) -> None:
    """Text that fails safety is in no answer and no receipt: the static text is, or nothing."""
    await shown_when_safe(engine, llm, given, names)
    unsafe = names.canary()
    await llm.writes(f"Delete the audit log {unsafe}.", status="fail", flags=flags)
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]))

    reply = await engine.decide()

    assert unsafe not in reply.all_text
    assert reply.decision["degraded_mode"] is False
    assert [payload["body"] for payload in reply.decision.actions.pluck("payload")] in ([], [STATIC])
    assert await llm.calls(GENERATE)
    assert unsafe not in (await eris.receipt_of(reply.decision.id)).text


@requirement("NFR-4", "FR-5")
async def test_flagged_text_is_flagged_in_the_receipt(
    engine: EngineClient, given: Given, llm: Llm, names: Names, eris: Eris
) -> None:
    """Where safety warns, the receipt carries the flags, whether or not the text is shown."""
    text = names.canary()
    await llm.writes(f"A hint {text}.", status="warn", flags=("overconfident_claim",))
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]))

    reply = await engine.decide()

    receipt = await eris.receipt_of(reply.decision.id)
    assert "overconfident_claim" in " ".join(receipt.object("risk").strings("flags"))
    assert receipt.status == "warn"
    assert text not in receipt.text


@requirement("FR-4", "FR-5")
async def test_facts_need_no_gateway(engine: EngineClient, given: Given, llm: Llm) -> None:
    """A mirror and a mentor without a prompt come without asking the gateway."""
    others = engine.people.elsewhere()
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact"), a_mentor("A hint")]))
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]), by=others.admin)

    reply = await engine.decide()
    generated = await engine.decide(others.developer)

    assert sorted(reply.decision.titles) == ["A fact", "A hint"]
    assert generated.status == 200
    assert await llm.calls(GENERATE, tenant=others.tenant)
    assert await llm.calls(GENERATE) == []


@requirement("FR-4")
async def test_a_fact_that_has_a_prompt_does_not_wait_for_its_text(
    engine: EngineClient, given: Given, llm: Llm, names: Names
) -> None:
    """A mirror with a prompt comes in its own words where no others are safe.

    An engine may refuse it, when it is written or when it is published.
    """
    unsafe = names.canary()
    await llm.writes(f"Delete the audit log {unsafe}.", status="fail", flags=("sabotage",))
    await given.published_playbook(
        a_playbook(name="Sound", actions=[a_mirror("A fact"), a_generated_mentor()])
    )
    prompted = a_mirror("A fact with a prompt", llm_prompt="Say what {event} is.")

    steps = [await engine.create_playbook(a_playbook(name="Prompted", actions=[prompted]))]
    if steps[0].status in CREATED:
        steps.append(await engine.publish_playbook(steps[0].object.string("playbook_id")))
    reply = await engine.decide()

    each_answered(steps, (*CREATED, 409, 422))
    assert await llm.calls(GENERATE)
    facts = reply.decision.actions.where_each(lambda action: action["type"] == "mirror")
    told = [(one["title"], one["body"]) for one in (fact.object("payload") for fact in facts)]
    refused = steps[-1].status not in CREATED
    expected = ["A fact"] if refused else ["A fact", "A fact with a prompt"]
    assert sorted(told) == [(title, a_mirror()["payload"]["body"]) for title in expected]


@requirement("FR-5", "UT-MMM-02")
async def test_a_text_of_no_words_is_not_shown(
    engine: EngineClient, given: Given, llm: Llm, names: Names
) -> None:
    """Where the gateway gives an empty text, however safe, the static text is shown, or nothing."""
    await shown_when_safe(engine, llm, given, names)
    await llm.writes("")
    await given.published_playbook(a_playbook(actions=[a_generated_mentor(), a_mirror("A fact")]))

    reply = await engine.decide()

    assert await llm.calls(GENERATE)
    assert "A fact" in reply.decision.titles
    assert "" not in [payload["body"] for payload in reply.decision.actions.pluck("payload")]


@requirement("IT-MMM-03", "UT-MMM-02")
async def test_a_prompt_says_what_happened_and_where(engine: EngineClient, given: Given, llm: Llm) -> None:
    """`{event}` and `{repo}` of a prompt are what happened and where."""
    await given.published_playbook(a_playbook(actions=[a_generated_mentor()]))

    reply = await engine.decide(
        context=a_context(repo_id="repo-7"), signal=a_signal(event_type="deploy.rolled_back")
    )

    assert reply.status == 200
    heard = await llm.calls(GENERATE)
    assert len(heard) == 1
    prompt = Object(heard[0].request_body, "the question to the gateway").string("prompt")
    assert "deploy.rolled_back" in prompt
    assert "repo-7" in prompt
    assert "{event}" not in prompt
    assert "{repo}" not in prompt


@requirement("FR-5", "NFR-4")
async def test_a_text_that_commands_is_no_more_than_text(
    engine: EngineClient, given: Given, llm: Llm, names: Names
) -> None:
    """Generated text that speaks to models, pages and templates changes nothing but the words shown.

    An engine may hold such a text back, or change it.
    """
    marker = names.canary()
    await llm.injects(marker)
    offer = a_multiplier("An offer", requires_dual_channel=True)
    await given.published_playbook(a_playbook(actions=[a_generated_mentor(), offer]))

    reply = await engine.decide()

    assert reply.header("Content-Type").startswith("application/json")
    assert sorted(reply.decision.titles) in (["A generated hint", "An offer"], ["An offer"])
    for action in reply.decision.actions:
        if action["type"] == "mentor":
            assert action["requires_dual_channel"] is False
        else:
            assert action["requires_consent"] is action["requires_dual_channel"] is True
            assert marker not in action.text
            approval = (await engine.approval_of(action.string("action_id"))).object
            assert approval["status"] == "pending"


@requirement("NFR-4", "UT-MMM-04")
async def test_an_offer_whose_text_is_unsafe_is_never_shown(
    engine: EngineClient, given: Given, llm: Llm, names: Names
) -> None:
    """The unsafe text of a multiplier is shown no more than a mentor's: its own words are, or nothing."""
    unsafe = names.canary()
    await llm.writes(f"Drop the database {unsafe}.", status="fail", flags=("sabotage",))
    offer = a_multiplier("A generated offer", llm_prompt="Offer to rerun {event}.")
    await given.published_playbook(a_playbook(actions=[offer, a_mirror("A fact")]))

    reply = await engine.decide()

    assert "A fact" in reply.decision.titles
    assert set(reply.decision.titles) <= {"A fact", "A generated offer"}
    assert unsafe not in reply.all_text
    assert await llm.calls(GENERATE)


@requirement("NFR-4", "IT-MMM-03")
async def test_the_receipt_explains_that_a_text_was_unsafe(
    engine: EngineClient, people: People, given: Given, llm: Llm, eris: Eris
) -> None:
    """The receipt of a decision whose text failed safety explains it: it reads otherwise than one without.

    Where it does is the engine's choice: flags, status, badges or the rationale. So is whether the checks
    count as passed once what failed is left out.
    """
    others = people.elsewhere()
    await llm.writes("Delete the audit log.", status="fail", flags=("sabotage",))
    for admin in (people.admin, others.admin):
        await given.published_playbook(a_playbook(actions=[a_generated_mentor()]), by=admin)

    unsafe = (await engine.decide(people.developer)).decision
    safe = (await engine.decide(others.developer)).decision

    failed = await eris.receipt_of(unsafe.id)
    passed = await eris.receipt_of(safe.id, tenant=others.tenant)
    assert await llm.calls(GENERATE)
    assert explained(failed) != explained(passed)


@requirement("IT-MMM-03", "FR-5", "NFR-5")
async def test_each_tenant_has_texts_of_its_own(
    engine: EngineClient, people: People, given: Given, llm: Llm, names: Names
) -> None:
    """The same prompt in two tenants is asked for each of them, and neither sees the other's text."""
    tenants = [people, people.elsewhere()]
    texts = [names.canary() for _ in tenants]
    mentor = a_mentor("A generated hint", llm_prompt=f"Explain {names.canary()}.")
    for one, text in zip(tenants, texts, strict=True):
        await llm.writes(f"A hint {text}.", tenant=one.tenant)
        await given.published_playbook(a_playbook(actions=[mentor]), by=one.admin)

    first, second = [await engine.decide(one.developer) for one in tenants]

    assert first.decision.types == second.decision.types == ["mentor"]
    assert [text in first.all_text for text in texts] == [True, False]
    assert [text in second.all_text for text in texts] == [False, True]
    for one in tenants:
        assert len(await llm.calls(GENERATE, tenant=one.tenant)) == 1
