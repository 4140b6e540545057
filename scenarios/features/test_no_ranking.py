"""The engine proposes; it never scores or ranks people."""

from __future__ import annotations

import re

from harness.scenario import (
    EngineClient,
    Eris,
    Given,
    People,
    Ubi,
    a_mirror,
    a_playbook,
    each_of,
    metric_names,
    requirement,
    spelled_out,
)

JUDGES = r"(?:productivity|(?:actor|person|developer|user|performance)_?(?:score|rank|rating|performance))"
# A member of JSON of such a name; and the name of a metric or of one of its labels.
OF_PEOPLE = re.compile(rf'"[a-z_]*{JUDGES}[a-z_]*":')
NAMED_SO = re.compile(JUDGES)


@requirement("FM-MMM-02")
async def test_nobody_is_scored_or_ranked(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Whoever dismissed what before, the same question gets the same answer and risk."""
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact")]))
    reluctant, newcomer = people.another_developer(), people.another_developer()
    dismissed = await given.decision_with_actions(reluctant)
    await given.outcome(dismissed, reluctant, "dismissed")

    replies = [await engine.decide(person) for person in (reluctant, newcomer)]

    assert [reply.decision.titles for reply in replies] == [["A fact"], ["A fact"]]
    receipts = [await eris.receipt_of(reply.decision.id) for reply in replies]
    assert receipts[0]["risk"] == receipts[1]["risk"]
    for text in each_of([reply.text for reply in replies] + [receipt.text for receipt in receipts]):
        assert OF_PEOPLE.findall(text.lower()) == []


@requirement("FM-MMM-02")
async def test_the_risk_is_the_actions_not_the_persons(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """The same action has the same risk, from 0 to 1, whoever it is for; another type may have another."""
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact")]))
    callers = [people.developer, people.admin, people.someone("junior", roles=("developer", "trainee"))]

    decided = [(await engine.decide(caller)).decision for caller in callers]

    risks = [(await eris.receipt_of(decision.id)).object("risk") for decision in decided]
    scores = [risk["score"] for risk in each_of(risks)]
    assert len(set(scores)) == 1
    assert 0 <= scores[0] <= 1


@requirement("FM-MMM-02")
async def test_what_admins_read_counts_and_never_compares(
    engine: EngineClient, people: People, given: Given
) -> None:
    """The metrics of a tenant, and those of operators, have no part for an actor and no score of one."""
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact")]))
    eager, reluctant = people.another_developer(), people.another_developer()
    for person, result in ((eager, "accepted"), (reluctant, "dismissed")):
        await given.outcome(await given.decision_with_actions(person), person, result)

    counts = await engine.tenant_metrics()
    numbers = await engine.public("metrics")

    assert counts.object.object("aggregates")["outcomes_total"] == 2
    assert numbers.status == 200
    assert OF_PEOPLE.findall(counts.text.lower()) == []
    names = each_of(metric_names(numbers.text))
    assert [name for name in names if NAMED_SO.search(name.lower())] == []
    for text in each_of([counts.text, spelled_out(numbers.text)]):
        assert eager.sub not in text
        assert reluctant.sub not in text


@requirement("FM-MMM-02")
async def test_what_an_actor_is_like_does_not_change_the_risk(
    engine: EngineClient, people: People, given: Given, eris: Eris, ubi: Ubi
) -> None:
    """The same action has the same risk for whoever has had many behavioural signals as for who had none."""
    await given.published_playbook(a_playbook(actions=[a_mirror("A fact")]))
    busy = people.another_developer()
    await ubi.has_seen(busy.sub, *(("context_switching", "critical"),) * 5)

    decided = [(await engine.decide(caller)).decision for caller in (people.another_developer(), busy)]

    assert [decision.titles for decision in decided] == [["A fact"]] * 2
    risks = [(await eris.receipt_of(decision.id)).object("risk") for decision in decided]
    scores = [risk["score"] for risk in each_of(risks)]
    assert len(set(scores)) == 1
