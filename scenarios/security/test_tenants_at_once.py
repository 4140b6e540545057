"""What is asked for one tenant is no other's answer, where both ask at once or one right after the other."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

from harness.scenario import (
    RECENT_SIGNALS,
    EngineClient,
    Eris,
    Given,
    Governance,
    People,
    Ubi,
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


@requirement("FR-2", "NFR-5")
async def test_an_actor_of_the_same_id_in_another_tenant_has_its_own_signals(
    engine: EngineClient, people: People, given: Given, ubi: Ubi, eris: Eris
) -> None:
    """Right after one tenant's actor, the actor of the same id in another tenant is looked up anew.

    Whether recent signals are named in a receipt is the engine's choice; another tenant's never are.
    """
    one, others = people.another_developer(), people.elsewhere()
    other = others.someone("developer", roles=("developer",), sub=one.sub)
    await ubi.has_seen(one.sub, ("focus", "high"))
    for tenant in (people, others):
        await given.published_playbook(by=tenant.admin)

    replies = [await engine.decide(person) for person in (one, other)]

    each_answered(replies, 200)
    heard = [*await ubi.calls(RECENT_SIGNALS), *await ubi.calls(RECENT_SIGNALS, tenant=others.tenant)]
    asked = {(parse_qs(entry.query)["tenant_id"][0], parse_qs(entry.query)["actor_id"][0]) for entry in heard}
    assert asked == {(people.tenant, one.sub), (others.tenant, one.sub)}
    receipt = await eris.receipt_of(replies[1].decision.id, tenant=others.tenant)
    assert receipt.inputs.strings("signal_ids") == ["signal-1"]
