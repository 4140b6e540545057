"""Section 8: an actor is forgotten, and the counts stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from engine.administration import erasure as administration
from engine.administration.erasure import stand_in
from engine.dependencies.breaker import Breaker
from engine.dependencies.errors import UnavailableError
from engine.fatigue.store import FatigueStore
from engine.receipts.signing import read_signing_key
from engine.services import build_services
from engine.settings import load_settings
from engine.storage import erasure, outbox
from engine.storage.outbox import ALERTING, Entry
from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS, OUTBOX, OUTCOMES, PREFERENCES
from engine.values.caller import Caller
from tests.engine.house import action
from tests.engine.rows import opened
from tests.engine.test_tenant_metrics import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.engine.house import Place, Talk
    from tests.engine.rows import Rows

NOW = datetime(2126, 3, 2, 12, 0, tzinfo=UTC)  # not yet too old: the job of retention runs meanwhile
STRANGE = ["dev-1", "team/dev%2F", "dev\x00\\1", "ä\U0001f600 ?#&+:*", "x" * 200]


def audit_lines(talk: Talk) -> list[str]:
    lines = (talk.place.directory / "nowhere-yet/audit.log").read_text("utf-8").splitlines()
    return [line for line in lines if json.loads(line)["tenant_id"] == talk.tenant]


async def waiting(rows: Rows, talk: Talk) -> dict[str, str]:
    kept = await rows.all(OUTBOX, OUTBOX.c.tenant_id == talk.tenant)
    return {row.entry_id: row.body for row in kept}


async def erase(talk: Talk, actor: str) -> int:
    return (await talk.admin("DELETE", f"/actors/{quote(actor, safe='')}")).status_code


@pytest.mark.parametrize("actor", STRANGE)
async def test_nothing_names_the_actor_any_more_and_nothing_is_missing(any_talk: Talk, actor: str) -> None:
    tenant = any_talk.tenant
    key = read_signing_key(any_talk.place.key)
    async with opened(any_talk.engine.database) as rows:
        for who in (actor, actor, "other"):
            await rows.decision(tenant, NOW, who)
        await rows.decision(f"{tenant}-2", NOW, actor)
        await rows.preferences(tenant, actor, NOW)
        await rows.preferences(tenant, "other", NOW)
        before = await metrics(any_talk)

        assert await erase(any_talk, actor) == 204

        nobody = stand_in(key, tenant, actor)
        for table in (DECISIONS, OUTCOMES, APPROVALS):
            told = sorted(row.actor_id for row in await rows.all(table, table.c.tenant_id == tenant))
            assert told == sorted([nobody, nobody, "other"])
            left = [row.actor_id for row in await rows.all(table, table.c.tenant_id == f"{tenant}-2")]
            assert left == [actor]
        kept = await rows.all(PREFERENCES, PREFERENCES.c.tenant_id == tenant)
        assert [row.actor_id for row in kept] == ["other"]
    assert await metrics(any_talk) == before
    assert before["aggregates"]["decisions_total"] == 3


async def test_an_approver_is_forgotten_too(any_talk: Talk) -> None:
    async with opened(any_talk.engine.database) as rows:
        await rows.decision(any_talk.tenant, NOW)

        assert await erase(any_talk, "approver-1") == 204

        (approval,) = await rows.all(APPROVALS, APPROVALS.c.tenant_id == any_talk.tenant)
    assert approval.actor_id == "actor-1"
    key = read_signing_key(any_talk.place.key)
    assert approval.approver_id == stand_in(key, any_talk.tenant, "approver-1")


@pytest.mark.parametrize("begun", [False, True])
async def test_nobody_who_was_erased_is_the_second_person_of_its_own_action(
    any_talk: Talk,
    begun: bool,  # noqa: FBT001 -- whether the first step was taken before
) -> None:
    boss: dict[str, Any] = {"roles": ["tenant_admin"]}
    await any_talk.publish(action("multiplier", requires_dual_channel=True))
    decision = await any_talk.decided(**boss)
    path = f"/actions/{decision['actions'][0]['action_id']}"
    if begun:
        assert (await any_talk.ask("POST", f"{path}/approve", {}, **boss)).status_code == 200

    assert await erase(any_talk, any_talk.sub) == 204

    again = await any_talk.ask("POST", f"{path}/approve", {}, **boss)
    other = await any_talk.admin("POST", f"{path}/approve", {})
    left = (await any_talk.admin("GET", f"{path}/approval-status")).json()
    assert [again.status_code, other.status_code] == [409, 409]
    assert (left["status"], left["approver_id"]) == ("rejected", None)
    assert left["updated_at"] > left["created_at"]
    assert len(await any_talk.receipts(1, "erasure")) == 1


async def test_an_approval_that_had_ended_stays_as_it_was(any_talk: Talk) -> None:
    async with opened(any_talk.engine.database) as rows:
        await rows.decision(any_talk.tenant, NOW)

        assert await erase(any_talk, "actor-1") == 204

        (left,) = await rows.all(APPROVALS, APPROVALS.c.tenant_id == any_talk.tenant)
    assert (left.status, left.approver_id, left.updated_at) == ("fully_approved", "approver-1", NOW)


async def test_who_was_erased_begins_with_preferences_of_another_id(any_talk: Talk) -> None:
    path = f"/actors/{any_talk.sub}/preferences"
    before = await any_talk.admin("PUT", path, {"opt_out_categories": ["mirror"]})

    assert await erase(any_talk, any_talk.sub) == 204

    gone = await any_talk.admin("GET", path)
    again = await any_talk.admin("PUT", path, {"opt_out_categories": ["mirror"]})
    assert len({answer.json()["preference_id"] for answer in (before, gone, again)}) == 3


async def test_it_leaves_a_receipt_and_an_audit_line_that_do_not_name_the_actor(talk: Talk) -> None:
    async with opened(talk.engine.database) as rows:
        await rows.decision(talk.tenant, NOW, talk.sub)

    assert [await erase(talk, talk.sub) for _ in range(2)] == [204, 204]

    receipts = await talk.receipts(2, "erasure")
    nobody = stand_in(read_signing_key(talk.place.key), talk.tenant, talk.sub)
    assert sorted(one["result"]["before"]["decisions"] for one in receipts) == [0, 1]
    assert [one["result"]["after"] for one in receipts] == [{"actor_id": nobody}] * 2
    assert [one["evaluation_point"] for one in receipts] == ["pre-deploy"] * 2
    audited = audit_lines(talk)
    assert [json.loads(line)["what"] for line in audited] == ["actor.erase"] * 2
    assert talk.sub not in json.dumps(receipts) + "".join(audited) + talk.engine.log.read_text()


async def test_somebody_unknown_is_erased_as_well(talk: Talk) -> None:
    assert await erase(talk, "nobody-ever") == 204
    assert len(await talk.receipts(1, "erasure")) == 1


async def test_what_the_actor_was_shown_is_forgotten(talk: Talk) -> None:
    await talk.publish(action(), limits={"cooldown_minutes": 5})
    assert len((await talk.decided())["actions"]) == 1
    assert len((await talk.decided(sub="other"))["actions"]) == 1
    redis = Redis.from_url(talk.place.redis)
    mine = f"mmm:fatigue:{talk.tenant}:{talk.sub}:*"
    others = f"mmm:fatigue:{talk.tenant}:other:*"

    found = [len(await redis.keys(mine)), len(await redis.keys(others))]
    await erase(talk, talk.sub)
    left = [len(await redis.keys(mine)), len(await redis.keys(others))]
    await redis.aclose()

    assert found == [3, 3]
    assert left == [0, 3]


async def test_what_waits_for_eris_is_not_touched(talk: Talk) -> None:
    script = await talk.eris.script(
        "POST /v1/evidence/receipts", fault={"kind": "status", "status": 503}, match={"tenant": talk.tenant}
    )
    await talk.decided()
    async with opened(talk.engine.database) as rows:
        before = await waiting(rows, talk)
        await erase(talk, talk.sub)
        later = await waiting(rows, talk)
    await talk.eris.heal(script)

    assert len(before) == 1
    assert len(later) == 2
    assert before.items() <= later.items()
    assert talk.sub not in "".join(later.values())
    assert len(await talk.receipts(2)) == 2


async def test_alerts_that_wait_are_withdrawn_and_nobody_elses_are(any_talk: Talk) -> None:
    async with opened(any_talk.engine.database) as rows:
        mine, others = [await alert(rows, any_talk.tenant, who) for who in ("dev-1", "other")]

        assert await erase(any_talk, "dev-1") == 204

        left = await waiting(rows, any_talk)
    assert mine not in left
    assert others in left


async def alert(rows: Rows, tenant: str, actor: str) -> str:
    """Add a decision whose alert waits for alerting to come back; return the alert's id."""
    decision_id = await rows.decision(tenant, NOW, actor)
    (proposed,) = await rows.all(ACTIONS, ACTIONS.c.decision_id == decision_id)
    later = datetime.now(UTC) + timedelta(hours=1)
    entry = Entry(proposed.action_id, ALERTING, tenant, f'{{"body": "{actor} broke it"}}', 0, NOW)
    async with rows.database.writing() as connection:
        await outbox.add(connection, [entry], later)
    return entry.entry_id


NO_SPACE = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no space is left' USING ERRCODE = '53100'; END $$
"""
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER no_space AFTER DELETE ON preferences DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (OLD.tenant_id = '{tenant}') EXECUTE FUNCTION no_space()
"""


async def test_an_erasure_that_is_not_kept_gives_nobody_fresh_quotas(talk: Talk) -> None:
    await talk.publish(action(), limits={"cooldown_minutes": 5})
    assert len((await talk.decided())["actions"]) == 1
    async with opened(talk.engine.database) as rows:
        await rows.preferences(talk.tenant, talk.sub, NOW)
        async with rows.database.writing() as connection:
            await connection.exec_driver_sql(NO_SPACE)
            await connection.exec_driver_sql(AT_COMMIT.format(tenant=talk.tenant))

        refused = await erase(talk, talk.sub)

        left = await rows.count(DECISIONS, DECISIONS.c.actor_id == talk.sub)
        async with rows.database.writing() as connection:
            await connection.exec_driver_sql("DROP FUNCTION no_space CASCADE")
    assert (refused, left) == (503, 1)
    assert (await talk.decided())["actions"] == []


class Leaving(FatigueStore):
    """Is there when it is asked whether it is, and gone a moment later, for a few calls."""

    def __init__(self) -> None:
        super().__init__("redis://127.0.0.1:9/0", 1.0, Breaker("redis", 5, 60.0))
        self.asked: list[str] = []

    async def probe(self) -> bool:
        return True

    async def forget(self, tenant_id: str, actor_id: str, playbook_ids: Iterable[str]) -> None:
        self.asked.append(f"{tenant_id} {actor_id} {list(playbook_ids)}")
        if len(self.asked) < 4:
            raise UnavailableError("redis", "gone")


async def test_what_cannot_be_forgotten_at_once_is_forgotten_later(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in place.environment(f"sqlite:///{tmp_path / 'engine.db'}").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(administration, "FORGET_AGAIN_SECONDS", 0.01)
    redis = Leaving()
    services = replace(build_services(load_settings()), fatigue=redis)
    admin = Caller("admin-1", f"tenant-{uuid4()}", "human", frozenset({"mmm_admin"}), frozenset())

    async with services.running():
        await administration.erase(services, admin, "dev-1")

    assert redis.asked == [f"{admin.tenant_id} dev-1 []"] * 4


async def test_only_admins_may_and_only_in_their_tenant(talk: Talk) -> None:
    async with opened(talk.engine.database) as rows:
        await rows.decision("tenant-next-door", NOW, talk.sub)
        refused = [
            await talk.ask("DELETE", f"/actors/{talk.sub}"),
            await talk.ask("DELETE", f"/actors/{talk.sub}", roles=["mmm_approver"]),
            await talk.admin("DELETE", f"/actors/{'x' * 201}"),
            await talk.admin("GET", f"/actors/{talk.sub}"),
        ]
        await erase(talk, talk.sub)
        left = await rows.count(
            DECISIONS, DECISIONS.c.tenant_id == "tenant-next-door", DECISIONS.c.actor_id == talk.sub
        )

    assert [reply.status_code for reply in refused] == [403, 403, 422, 405]
    assert left == 1


async def test_all_of_many_rows_are_renamed(any_talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "SLICE", 2)
    async with opened(any_talk.engine.database) as rows:
        for _ in range(5):
            await rows.decision(any_talk.tenant, NOW, "actor-1")
        async with rows.database.writing() as connection:
            erased = await erasure.erase(connection, any_talk.tenant, "actor-1", "deleted-x", NOW)

    assert erased == {"preferences": 0, "alerts": 0, "decisions": 5, "outcomes": 5, "approvals": 5}


def test_nobody_is_called_the_same_in_two_tenants_or_under_two_keys() -> None:
    one, two = read_signing_key("A" * 43 + "="), read_signing_key("B" * 42 + "A=")

    names = {stand_in(key, *who) for key in (one, two) for who in (("a", "bc"), ("ab", "c"), ("a", "b"))}

    assert len(names) == 6
    assert stand_in(one, "a", "bc") in names
    assert all(name.startswith("deleted-") and len(name) == 32 for name in names)
