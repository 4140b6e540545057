"""Sections 2 and 5.4: what holds while something is away.

Rule: what is broken for one tenant only is broken in one engine; what changes an engine has one of its own.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest
from sqlalchemy import select

from engine.storage.database import Database
from engine.storage.outbox import REJECTED
from engine.storage.schema import OUTBOX
from harness.processes import work_directory
from harness.services import postgresql
from tests.engine.house import Talk, action, eventually, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from harness.services import PostgreSQL
    from tests.engine.house import Engine, Place

DOWN = {"kind": "status", "status": 503}
EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"


@asynccontextmanager
async def own(place: Place, fresh: str, **settings: str) -> AsyncIterator[Talk]:
    with running_engine(place, fresh, **settings) as engine:
        async with talking(engine, place) as talk:
            yield talk


@pytest.fixture
async def alone(place: Place, fresh: str) -> AsyncIterator[Talk]:
    async with own(place, fresh) as talk:
        yield talk


@pytest.fixture(scope="module")
def enduring(place: Place, server: PostgreSQL, schema: str) -> Iterator[Engine]:
    """Return an engine whose circuits never open: what one tenant cannot reach, the others can."""
    with running_engine(
        place, server.create_database(like=schema), MMM_BREAKER_FAILURES="1000000"
    ) as running:
        yield running


@pytest.fixture
async def sick(enduring: Engine, place: Place) -> AsyncIterator[Talk]:
    """Talk in a tenant for which something will be broken."""
    async with talking(enduring, place) as talk:
        yield talk


async def broken(talk: Talk, name: str, operation: str | None = None, fault: dict[str, Any] = DOWN) -> None:
    await talk.fake(name).script(operation, match={"tenant": talk.tenant}, fault=fault)


def types(decision: dict[str, Any]) -> list[str]:
    return [one["type"] for one in decision["actions"]]


async def everything(talk: Talk) -> None:
    await talk.publish(
        action("mirror", surfaces=["ide"]),
        action("mentor", llm_prompt="p"),
        action("multiplier", llm_prompt="p"),
    )


@pytest.mark.parametrize("fault", [DOWN, {"kind": "reset"}, {"kind": "never_answer"}])
async def test_without_the_gateway_static_mentors_and_no_multipliers(
    sick: Talk, fault: dict[str, Any]
) -> None:
    await everything(sick)
    await broken(sick, "llm", fault=fault)

    decision = await sick.decided()

    assert types(decision) == ["mirror", "mentor"]
    assert decision["actions"][1]["payload"]["body"] == "2 of 40 tests failed."
    assert decision["degraded_mode"]
    (receipt,) = await sick.receipts(1, "decision")
    assert (receipt["degraded"], receipt["decision"]["status"]) == (True, "warn")


async def test_a_safety_critical_tenant_gets_nothing_without_fresh_policy(sick: Talk, place: Place) -> None:
    async with talking(sick.engine, place) as critical, talking(sick.engine, place) as cold:
        for talk in (sick, critical):
            await everything(talk)
            assert len((await talk.decided())["actions"]) == 3
        for talk in (critical, cold):
            path = f"/tenants/{talk.tenant}/policy"
            assert (await talk.admin("PUT", path, {"safety_critical": True})).status_code == 200
        for talk in (sick, critical, cold):
            await broken(talk, "policy", EVALUATE)

        ordinary = await sick.decided(sub="somebody-else")
        closed = [await critical.decided(sub="somebody-else"), await cold.decided()]
        receipts = [(await critical.receipts(2, "decision"))[-1], *await cold.receipts(1, "decision")]

    assert (types(ordinary), ordinary["policy_stale"]) == (["mirror", "mentor", "multiplier"], True)
    for decision in closed:
        assert (decision["actions"], decision["degraded_mode"], decision["policy_stale"]) == ([], True, False)
        assert decision["policy_snapshot_id"] is None
    assert [one["decision"]["status"] for one in receipts] == ["soft_block", "soft_block"]
    assert "no fresh policy for a safety-critical tenant" in receipts[1]["decision"]["rationale"]


async def test_a_cold_start_without_policy_is_refused_with_a_receipt(sick: Talk) -> None:
    await everything(sick)
    await broken(sick, "policy", EVALUATE)

    reply = await sick.decide({"signal": {"signal_id": "s-1"}})

    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["retryable"]) == (503, "POLICY_UNAVAILABLE", True)
    (receipt,) = await sick.receipts(1, "decision")
    assert receipt["decision"]["status"] == "hard_block"
    assert "POLICY_UNAVAILABLE" in receipt["decision"]["rationale"]
    assert receipt["degraded"]
    assert receipt["inputs"]["signal_ids"] == ["s-1"]


@pytest.mark.parametrize(
    "body", [{}, {"allowed": "true"}, {"allowed": True}, {"allowed": "false", "restrictions": []}]
)
async def test_what_breaks_policys_contract_is_never_an_allowance(sick: Talk, body: dict[str, Any]) -> None:
    await everything(sick)
    await sick.fake("policy").script(
        EVALUATE, match={"tenant": sick.tenant}, reply={"status": 200, "body": body}
    )

    assert (await sick.decide()).status_code == 503


async def test_policy_that_refuses_to_answer_allows_nothing(sick: Talk) -> None:
    await everything(sick)
    error = {"error": {"code": "NOT_FOUND", "message": "m", "retryable": False, "request_id": "r"}}
    await sick.fake("policy").script(
        EVALUATE, match={"tenant": sick.tenant}, reply={"status": 404, "body": error}
    )

    decision = await sick.decided()

    assert (decision["actions"], decision["degraded_mode"], decision["policy_snapshot_id"]) == (
        [],
        False,
        None,
    )
    (receipt,) = await sick.receipts(1, "decision")
    assert receipt["decision"]["status"] == "soft_block"


async def test_a_known_snapshot_is_used_while_policy_is_away_and_says_stale(sick: Talk) -> None:
    await everything(sick)
    fresh = await sick.decided(sub="a")
    await broken(sick, "policy", EVALUATE)

    stale = await sick.decided(sub="b")
    elsewhere = await sick.decide({"context": {"repo_id": "never-evaluated"}})

    assert (stale["policy_stale"], stale["degraded_mode"]) == (True, True)
    assert stale["policy_snapshot_id"] == fresh["policy_snapshot_id"]
    assert types(stale) == ["mirror", "mentor", "multiplier"]
    assert elsewhere.status_code == 503


async def test_a_snapshot_that_is_too_old_is_not_used(place: Place, fresh: str) -> None:
    async with own(place, fresh, MMM_POLICY_STALE_SECONDS="0") as talk:
        await talk.decided()
        await broken(talk, "policy", EVALUATE)

        assert (await talk.decide()).status_code == 503


async def test_a_fresh_snapshot_is_not_asked_for_again(place: Place, fresh: str) -> None:
    async with own(place, fresh, MMM_POLICY_CACHE_SECONDS="60") as talk:
        await talk.decided()
        await broken(talk, "policy")

        decision = await talk.decided()

    assert (decision["policy_stale"], decision["degraded_mode"]) == (False, False)


async def test_without_standards_only_mirrors(sick: Talk) -> None:
    await everything(sick)
    await broken(sick, "policy", "GET /v1/standards")

    decision = await sick.decided()

    assert (types(decision), decision["degraded_mode"]) == (["mirror"], True)


async def test_without_signals_or_governance_it_goes_on_and_says_so(sick: Talk) -> None:
    await broken(sick, "ubi")
    assert (await sick.decided())["degraded_mode"]
    await sick.fake("ubi").reset(tenant=sick.tenant)
    assert not (await sick.decided())["degraded_mode"]

    await broken(sick, "governance")

    assert (await sick.decided())["degraded_mode"]


async def test_without_eris_decisions_go_on_and_receipts_arrive_later(alone: Talk) -> None:
    await everything(alone)
    script = await alone.eris.script("POST /v1/evidence/receipts", fault=DOWN)

    decision = await alone.decided()

    assert (decision["receipt_status"], decision["degraded_mode"]) == ("pending", True)
    assert types(decision) == ["mirror", "mentor", "multiplier"]
    await alone.eris.heal(script)
    (receipt,) = await alone.receipts(1, "decision")
    assert receipt["inputs"]["decision_id"] == decision["decision_id"]
    assert not receipt["degraded"]


async def test_a_silent_eris_costs_no_more_than_its_share(alone: Talk) -> None:
    script = await alone.eris.script("POST /v1/evidence/receipts", fault={"kind": "delay", "seconds": 1.2})
    loop = asyncio.get_running_loop()
    started = loop.time()

    decision = await alone.decided()

    assert loop.time() - started < 1.2
    assert (decision["receipt_status"], decision["latency_warning"]) == ("pending", True)
    await alone.eris.heal(script)
    assert len(await alone.receipts(1)) == 1
    await asyncio.sleep(0.5)
    assert len(await alone.receipts(1)) == 1


async def test_a_receipt_that_eris_refuses_is_kept_but_not_tried_again(alone: Talk, fresh: str) -> None:
    body = {"error": {"code": "VALIDATION_ERROR", "message": "no"}}
    script = await alone.eris.script("POST /v1/evidence/receipts", reply={"status": 400, "body": body})

    decision = await alone.decided()

    assert (decision["receipt_status"], decision["degraded_mode"]) == ("pending", False)
    assert "delivery_refused" in alone.engine.log.read_text()
    metrics = (await alone.client.get("/metrics")).text
    assert 'mmm_eris_receipt_emission_total{result="rejected"} 1.0' in metrics
    assert (await alone.eris.heal(script)).hits == 1
    database = Database(fresh, pool_min=1, pool_max=1)
    await database.prepare()
    assert len(await eventually(lambda: rejected(database), 1)) == 1
    await database.aclose()


async def rejected(database: Database) -> list[str]:
    async with database.reading() as connection:
        found = await connection.execute(select(OUTBOX).where(OUTBOX.c.status == REJECTED))
        return [row.entry_id for row in found]


async def test_alerting_that_fails_touches_nothing_and_is_tried_three_times(place: Place, fresh: str) -> None:
    async with own(place, fresh, MMM_BREAKER_FAILURES="50") as talk:
        await talk.publish(action(surfaces=["alert"]))
        script = await talk.fake("alerting").script(match={"tenant": talk.tenant}, fault=DOWN)

        decision = await talk.decided()

        assert (types(decision), decision["degraded_mode"]) == (["mirror"], False)
        for _ in range(400):
            if (await talk.fake("alerting").state(script)).hits == 3:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(1.5)
        assert (await talk.fake("alerting").state(script)).hits == 3


async def test_alerting_that_recovers_is_told_once(place: Place, fresh: str) -> None:
    async with own(place, fresh) as talk:
        await talk.publish(action(surfaces=["alert"]))
        await talk.fake("alerting").script(match={"tenant": talk.tenant}, fault=DOWN, times=2)

        await talk.decided()

        fake = talk.fake("alerting")
        for _ in range(400):
            done = [entry for entry in await fake.journal(tenant=talk.tenant) if entry.status == 202]
            if done:
                break
            await asyncio.sleep(0.02)
        assert len(done) == 1


async def test_without_redis_nothing_is_shown(place: Place, fresh: str) -> None:
    async with own(place, fresh, REDIS_URL="redis://127.0.0.1:9/0") as talk:
        await talk.publish()

        decision = await talk.decided()
        erased = await talk.admin("DELETE", f"/actors/{talk.sub}")
        ready = await talk.client.get("/ready")

    assert (decision["actions"], decision["degraded_mode"]) == ([], True)
    assert (ready.status_code, ready.json()["unavailable_dependencies"]) == (503, ["redis"])
    assert (erased.status_code, erased.json()["error"]["code"]) == (503, "REDIS_UNAVAILABLE")


async def test_without_a_database_it_starts_and_says_so(place: Place, fresh: str) -> None:
    async with own(place, fresh, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none") as talk:
        reply = await talk.decide()
        listed = await talk.ask("GET", "/playbooks")
        ready = await talk.client.get("/ready")

    for refused in (reply, listed):
        error = refused.json()["error"]
        assert (refused.status_code, error["code"], error["retryable"]) == (503, "STORAGE_UNAVAILABLE", True)
    assert ready.json()["unavailable_dependencies"] == ["database"]


async def test_readiness_names_what_is_away(place: Place, fresh: str) -> None:
    away = dict.fromkeys(("IAM_SERVICE_URL", "POLICY_SERVICE_URL", "ERIS_SERVICE_URL"), "http://127.0.0.1:9")
    async with own(place, fresh, **away) as talk:
        ready = await talk.client.get("/ready")

    assert ready.status_code == 503
    assert ready.json()["unavailable_dependencies"] == ["iam", "policy", "eris"]


async def test_a_breaker_opens_after_five_and_recovers(place: Place, fresh: str) -> None:
    async with own(place, fresh, MMM_BREAKER_RECOVERY_SECONDS="0.5") as talk:
        script = await talk.fake("governance").script(match={"tenant": talk.tenant}, fault=DOWN)
        for _ in range(7):
            assert (await talk.decided())["degraded_mode"]

        metrics = (await talk.client.get("/metrics")).text

        assert (await talk.fake("governance").heal(script)).hits == 5
        assert 'mmm_circuit_state{name="governance"} 1.0' in metrics
        for _ in range(200):
            if not (await talk.decided())["degraded_mode"]:
                break
        assert 'mmm_circuit_state{name="governance"} 0.0' in (await talk.client.get("/metrics")).text


async def test_bad_tokens_lock_nobody_out(alone: Talk) -> None:
    for _ in range(8):
        assert (await alone.decide(flaw="expired")).status_code == 401

    assert (await alone.decide()).status_code == 200


async def test_health_answers_while_a_dependency_hangs(alone: Talk) -> None:
    await everything(alone)
    await broken(alone, "llm", fault={"kind": "never_answer"})
    slow = asyncio.create_task(alone.decided())
    loop = asyncio.get_running_loop()

    started = loop.time()
    for _ in range(10):
        assert (await alone.client.get("/health")).status_code == 200

    assert loop.time() - started < 1.0
    assert not slow.done()
    await slow


async def test_a_database_that_is_killed_is_told_and_comes_back(place: Place) -> None:
    with work_directory() as directory:
        async with AsyncExitStack() as stack:
            server = await asyncio.to_thread(stack.enter_context, postgresql(directory))
            database = await asyncio.to_thread(server.create_database)
            talk = await stack.enter_async_context(own(place, database))
            await talk.decided()
            server.process.signal(signal.SIGSTOP)
            frozen = await talk.decide()
            server.process.signal(signal.SIGCONT)

            assert (frozen.status_code, frozen.json()["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
            for _ in range(200):
                reply = await talk.decide()
                if reply.status_code == 200:
                    break
                await asyncio.sleep(0.05)
            assert reply.status_code == 200

            await asyncio.to_thread(server.process.stop)
            gone = await talk.decide()

            assert (gone.status_code, gone.json()["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
            assert (await talk.client.get("/ready")).json()["unavailable_dependencies"] == ["database"]
            assert (await talk.client.get("/health")).status_code == 200


@pytest.mark.parametrize(
    "loss", ["ALLOW_CONNECTIONS false", "SET default_transaction_read_only = on"], ids=["closed", "read-only"]
)
async def test_a_database_that_does_not_serve_us_is_told_and_comes_back(
    place: Place, server: PostgreSQL, fresh: str, loss: str
) -> None:
    name = fresh.rpartition("/")[2]
    heal = {"ALLOW_CONNECTIONS false": "ALLOW_CONNECTIONS true"}.get(loss, "RESET ALL")
    async with own(place, fresh) as talk:
        await talk.publish()
        await altered(server, name, loss)
        lost = [await talk.decide() for _ in range(3)]  # the first on a session that was ended
        await altered(server, name, heal)
        found = [(await talk.decide()).status_code for _ in range(2)]

    codes = [(one.status_code, one.json()["error"]["code"]) for one in lost]
    assert codes == [(503, "STORAGE_UNAVAILABLE")] * 3
    assert found[1] == 200


async def altered(server: PostgreSQL, name: str, how: str) -> None:
    """Alter a database, and end its sessions, so that all are opened anew."""
    admin = await asyncpg.connect(server.admin_url)
    await admin.execute(f'ALTER DATABASE "{name}" {how}')
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()
