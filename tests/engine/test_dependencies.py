"""Section 2: what counts as an answer, and what as unavailable. Real sockets, a stand-in that misbehaves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from engine.dependencies.breaker import Breaker, State
from engine.dependencies.cache import Cache
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.governance import DEFAULT_QUIET_HOURS, Governance
from engine.dependencies.http import MAX_ANSWER_BYTES, Dependency, open_client
from engine.dependencies.iam import Iam, NotVouchedError
from engine.dependencies.llm import LlmGateway
from engine.dependencies.policy import GoldStandards, Policy
from engine.dependencies.ubi import Ubi
from engine.values.surroundings import Snapshot
from tests.engine.samples import SNAPSHOT, facts
from tests.engine.standin import StandIn, answer, reached

EVALUATED = {
    "allowed": True,
    "policy_snapshot_id": "snapshot-1",
    "policy_version_ids": ["version-1"],
    "restrictions": [],
    "snapshot_hash": SNAPSHOT.snapshot_hash,
}


@pytest.fixture
async def stand_in() -> StandIn:
    return StandIn()


def read(body: bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
    return json.loads(body)


async def test_an_answer_is_read(stand_in: StandIn) -> None:
    stand_in.bytes = answer(200, {"a": 1})

    async with reached(stand_in, token="service-token") as service:
        assert await service.ask("POST", "/x", read, json={"b": 2}) == {"a": 1}

    (asked,) = stand_in.asked
    assert asked.startswith("POST /base/x HTTP/1.1\r\n")
    assert "authorization: bearer service-token" in asked.lower()
    assert asked.endswith('{"b":2}')


@pytest.mark.parametrize("status", [400, 401, 404, 429, 499])
async def test_a_4xx_is_an_answer_and_no_failure(stand_in: StandIn, status: int) -> None:
    stand_in.bytes = answer(status, {})

    async with reached(stand_in) as service:
        for _ in range(6):
            with pytest.raises(RefusedError) as refused:
                await service.ask("GET", "/", read)

        assert refused.value.status == status
        assert service.breaker.state is State.CLOSED


@pytest.mark.parametrize(
    "sent",
    [
        answer(500, {}),
        answer(503, {}),
        answer(302, {}),
        answer(200, {})[:-2] + b"no",
        b"",
        b"\x00\x01\x02 garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (MAX_ANSWER_BYTES + 1)
        + b" " * (MAX_ANSWER_BYTES + 1),
    ],
    ids=["500", "503", "302", "not-json", "empty", "garbage", "truncated", "not-gzip", "huge"],
)
async def test_what_is_no_answer_is_unavailable_and_opens_the_circuit(stand_in: StandIn, sent: bytes) -> None:
    stand_in.bytes = sent

    async with reached(stand_in) as service:
        for _ in range(6):
            with pytest.raises(UnavailableError):
                await service.ask("GET", "/", read)

        assert service.breaker.state is State.OPEN
    assert len(stand_in.asked) == 5


async def test_the_time_out_is_for_the_whole_call(stand_in: StandIn) -> None:
    stand_in.bytes = answer(200, {"a": 1})
    stand_in.drip = 0.05

    async with reached(stand_in, seconds=0.3) as service:
        started = asyncio.get_running_loop().time()
        with pytest.raises(UnavailableError, match="in time"):
            await service.ask("GET", "/", read)

        assert asyncio.get_running_loop().time() - started < 1.0
        stand_in.drip = 0.0
        assert await service.ask("GET", "/", read) == {"a": 1}


async def test_nobody_listening_is_unavailable() -> None:
    service = Dependency("thing", open_client("http://127.0.0.1:9", None), 1.0, Breaker("thing", 5, 60.0))

    with pytest.raises(UnavailableError):
        await service.ask("GET", "/", read)

    assert not await service.probe("/health")
    await service.aclose()


async def test_probes_do_not_count(stand_in: StandIn) -> None:
    stand_in.bytes = answer(503, {})

    async with reached(stand_in) as service:
        probed = [await service.probe("/health") for _ in range(6)]

        assert not any(probed)
        assert service.breaker.state is State.CLOSED
        stand_in.bytes = answer(200, {})
        assert await service.probe("/health")


async def test_tenants_with_separators_do_not_meet(stand_in: StandIn) -> None:
    stand_in.bytes = answer(200, EVALUATED)

    async with reached(stand_in) as service:
        policy = Policy(service, 60.0, 300.0)
        for tenant in ("a/b", "a%2Fb", "a?b", "a b"):
            await policy.evaluate(facts(tenant_id=tenant))

    paths = [asked.split(" ")[1] for asked in stand_in.asked]
    assert paths == [
        f"/base/v1/policy/tenants/{name}/evaluate" for name in ("a%2Fb", "a%252Fb", "a%3Fb", "a%20b")
    ]


async def test_a_snapshot_is_remembered_for_its_context_and_not_for_the_length_of_it(
    stand_in: StandIn,
) -> None:
    stand_in.bytes = answer(200, EVALUATED)
    long = "b" * 100_000
    remembered = Cache[Snapshot]()

    async with reached(stand_in) as service:
        policy = Policy(service, 60.0, 300.0, remembered)
        for branch in (None, "", "b", long, "b", None, long):
            await policy.evaluate(facts(branch=branch))
        await policy.evaluate(facts(branch="b", repo_id="b"))

    assert len(stand_in.asked) == 5
    assert len(repr(remembered)) < 10_000


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_snapshot_is_fresh_then_stale_then_unknown(stand_in: StandIn) -> None:
    clock = Clock()
    stand_in.bytes = answer(200, EVALUATED)
    async with reached(stand_in) as service:
        policy = Policy(service, 60.0, 300.0, Cache(clock=clock))
        await policy.evaluate(facts())
        stand_in.bytes = answer(500, {})

        clock.now = 59.9
        fresh = await policy.evaluate(facts())
        clock.now = 299.9
        stale = await policy.evaluate(facts())
        clock.now = 300.0
        with pytest.raises(UnavailableError):
            await policy.evaluate(facts())

    assert (fresh.stale, stale.stale) == (False, True)
    assert fresh.snapshot == stale.snapshot == SNAPSHOT
    assert len(stand_in.asked) == 3


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {**EVALUATED, "allowed": "true"},
        {**EVALUATED, "allowed": 1},
        {**EVALUATED, "restrictions": ["moon"]},
        [],
    ],
)
async def test_policy_that_breaks_its_contract_is_unavailable(stand_in: StandIn, broken: Any) -> None:  # noqa: ANN401 -- JSON
    stand_in.bytes = answer(200, broken)

    async with reached(stand_in) as service:
        with pytest.raises(UnavailableError):
            await Policy(service, 60.0, 300.0).evaluate(facts())


async def test_policy_that_refuses_allows_nothing(stand_in: StandIn) -> None:
    stand_in.bytes = answer(403, {})

    async with reached(stand_in) as service:
        assert (await Policy(service, 60.0, 300.0).evaluate(facts())).snapshot is None
        assert not (await GoldStandards(service, 60.0).of(facts())).allowed


async def test_standards_are_combined_and_remembered(stand_in: StandIn) -> None:
    item = {"standard_id": "s", "version": "1", "allowed": True}
    items = [{**item, "restrictions": ["mirror"]}, {**item, "restrictions": ["mentor"]}]
    stand_in.bytes = answer(200, {"items": items})

    async with reached(stand_in) as service:
        standards = GoldStandards(service, 60.0)
        found = [await standards.of(facts()) for _ in range(3)]

    assert found[0].restrictions == {"mirror", "mentor"}
    assert found[0].allowed
    assert len(stand_in.asked) == 1


async def test_governance_that_refuses_leaves_the_default(stand_in: StandIn) -> None:
    stand_in.bytes = answer(404, {})

    async with reached(stand_in) as service:
        assert await Governance(service).quiet_hours("t") == DEFAULT_QUIET_HOURS


async def test_governance_is_asked_each_time(stand_in: StandIn) -> None:
    quiet = {"quiet_hours": {"start": 1, "end": 2}, "retention_days": {"decisions": 90, "outcomes": 365}}
    rest = {"legal_hold": False, "data_residency": "eu", "privacy_tags": []}

    async with reached(stand_in) as service:
        governance = Governance(service)
        stand_in.bytes = answer(200, quiet | rest)
        known = [await governance.quiet_hours("t") for _ in range(2)]
        assert {(hours.start, hours.end) for hours in known} == {(1, 2)}
        assert len(stand_in.asked) == 2

        stand_in.bytes = answer(503, {})
        with pytest.raises(UnavailableError):
            await governance.quiet_hours("t")


async def test_no_cookie_is_kept(stand_in: StandIn) -> None:
    content = b"HTTP/1.1 200 X\r\nSet-Cookie: a=b; Path=/\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    stand_in.bytes = content

    async with reached(stand_in) as service:
        for _ in range(2):
            await service.ask("GET", "/x", read)

    assert len(stand_in.asked) == 2
    assert not any("cookie" in asked.lower() for asked in stand_in.asked)


async def test_what_is_asked_is_in_the_address(stand_in: StandIn) -> None:
    stand_in.bytes = answer(200, {})

    async with reached(stand_in) as service:
        for tenant in ("a b", "ü&c"):
            await service.ask("GET", "/x%2Fy", read, params={"tenant": tenant})

    lines = [asked.partition(" HTTP")[0] for asked in stand_in.asked]
    assert lines == ["GET /base/x%2Fy?tenant=a+b", "GET /base/x%2Fy?tenant=%C3%BC%26c"]


async def test_signals_are_remembered_per_tenant_and_actor(stand_in: StandIn) -> None:
    stand_in.bytes = answer(200, {"signals": []})

    async with reached(stand_in) as service:
        ubi = Ubi(service, 30.0)
        for tenant, actor in (("a", "bc"), ("ab", "c"), ("a", "bc")):
            assert await ubi.recent_signals(tenant, actor) == ()

    assert len(stand_in.asked) == 2


async def test_a_gateway_that_refuses_is_not_away(stand_in: StandIn) -> None:
    async with reached(stand_in) as service:
        gateway = LlmGateway(service)
        stand_in.bytes = answer(400, {})
        refused = await gateway.generate("p", facts())
        stand_in.bytes = answer(500, {})
        away = await gateway.generate("p", facts())

    assert (refused.text, refused.available) == (None, True)
    assert (away.text, away.available) == (None, False)


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_token_that_iam_refuses_is_not_vouched_for(stand_in: StandIn, status: int) -> None:
    stand_in.bytes = answer(status, {})

    async with reached(stand_in) as service:
        with pytest.raises(NotVouchedError):
            await Iam(service).verify("token")


def test_a_full_cache_forgets_the_oldest() -> None:
    cache: Cache[int] = Cache(capacity=2)
    for number in range(3):
        cache.put((str(number),), number)

    assert [cache.get((str(number),), 60.0) for number in range(3)] == [None, 1, 2]
