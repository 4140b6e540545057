"""What is asked for one tenant is no other's answer, where both ask at once or one right after the other."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.scenario import (
    EngineClient,
    Given,
    Governance,
    People,
    all_at_once,
    each_answered,
    each_of,
    not_exercised,
    requirement,
)

CALLERS = 4
ROUNDS = 3


@requirement("NFR-5", "FR-2")
async def test_of_tenants_that_ask_at_once_each_has_its_own_quiet_hours(
    engine: EngineClient, people: People, given: Given, governance: Governance
) -> None:
    """Of tenants that decide at the same instant one has its quiet hours, and the other has none."""
    loud = people.elsewhere()
    hour = datetime.now(UTC).hour
    await governance.says(quiet_hours={"start": hour, "end": (hour + 2) % 24})
    for tenant in (people, loud):
        await given.published_playbook(by=tenant.admin)

    silent, heard = [], []
    for _ in range(ROUNDS):
        callers = [one.another_developer() for _ in range(CALLERS) for one in (people, loud)]
        replies = await all_at_once(*(engine.decide(caller) for caller in callers))
        each_answered(replies, 200)
        silent += [reply for reply in replies if reply.decision["tenant_id"] == people.tenant]
        heard += [reply for reply in replies if reply.decision["tenant_id"] == loud.tenant]

    if any(reply.decision["degraded_mode"] for reply in [*silent, *heard]):
        not_exercised("governance was not heard in time, so that other hours held")
    assert [len(reply.decision.actions) for reply in each_of(silent)] == [0] * ROUNDS * CALLERS
    assert [len(reply.decision.actions) for reply in each_of(heard)] == [1] * ROUNDS * CALLERS
