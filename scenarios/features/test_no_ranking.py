"""The engine proposes; it never scores or ranks people."""

from __future__ import annotations

import re

from harness.scenario import EngineClient, Eris, Given, People, a_mirror, a_playbook, each_of, requirement

OF_PEOPLE = re.compile(
    r'"[a-z_]*(?:productivity|(?:actor|person|developer|user|performance)_?(?:score|rank|rating|performance))[a-z_]*":'
)


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
