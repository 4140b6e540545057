"""Section 2, for every dependency alike: what is an answer, what is unavailability, what the breaker does.

One table: an adapter that is added gets a row, and with it every case below.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from engine.dependencies.alerting import Alerting
from engine.dependencies.breaker import Breaker, State
from engine.dependencies.eris import Eris
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.governance import DEFAULT_QUIET_HOURS, Governance
from engine.dependencies.http import Dependency, open_client
from engine.dependencies.iam import Iam, NotVouchedError
from engine.dependencies.llm import LlmGateway
from engine.dependencies.policy import NOTHING, GoldStandards, Policy
from engine.dependencies.ubi import Ubi
from engine.pipeline.generated import Generation
from engine.values.caller import Caller
from engine.values.playbook import QuietHours
from engine.values.surroundings import PolicyVerdict, Standards
from tests.engine.samples import SNAPSHOT, facts
from tests.engine.standin import StandIn, answer, reached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

BASE = "http://dependency.test/base"
RECOVERY = 60.0
AWAY = "away"
FEW_SECONDS = 5.0  # what takes longer never comes
CALLER = Caller("sub-1", "tenant-1", "human", frozenset(("developer",)), frozenset(("mmm.decide",)))
RECEIPT_ID = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


@dataclass(frozen=True, slots=True)
class Adapter:
    """`good` is an answer that keeps the contract and `value` what it means; `refused` what a 4xx means.

    `bad` are members of `good` with values that break the contract (None: without it), too few to open a
    circuit.
    """

    name: str
    asked: str
    ask: Callable[[Dependency], Awaitable[object]]
    good: dict[str, Any]
    value: object
    refused: object
    bad: tuple[tuple[str, object], ...]


VERIFIED = {
    "valid": True,
    "sub": "sub-1",
    "tenant_id": "tenant-1",
    "actor_type": "human",
    "roles": ["developer"],
    "scope": ["mmm.decide"],
    "valid_until": "2999-01-01T00:00:00Z",
}
EVALUATED = {
    "allowed": True,
    "policy_snapshot_id": "snapshot-1",
    "policy_version_ids": ["version-1"],
    "restrictions": [],
    "snapshot_hash": SNAPSHOT.snapshot_hash,
}
STANDARD = {"standard_id": "s", "version": "1", "allowed": True, "restrictions": ["mentor"]}
STORED = {
    "receipt_id": RECEIPT_ID,
    "signature_verification_status": "verified",
    "hash": "h",
    "chain_id": "c",
}
GENERATED = {
    "response_id": "r",
    "content": "text",
    "safety": {"status": "pass", "risk_flags": [], "redaction_summary": None},
}
RECENT = {
    "signal_id": "signal-1",
    "tenant_id": "tenant-1",
    "actor_id": "actor-1",
    "dimension": "focus",
    "severity": "warn",
    "created_at": "2026-01-01T00:00:00Z",
}
GOVERNED = {
    "quiet_hours": {"start": 1, "end": 2},
    "retention_days": {"decisions": 90, "outcomes": 365},
    "legal_hold": False,
    "data_residency": "eu",
    "privacy_tags": [],
}

ADAPTERS = (
    Adapter(
        "iam-verify",
        "POST /verify",
        lambda service: Iam(service).verify("token"),
        VERIFIED,
        CALLER,
        NotVouchedError,
        (("valid", "true"), ("roles", None), ("scope", "mmm.decide"), ("valid_until", "2999-01-01")),
    ),
    Adapter(
        "iam-decision",
        "POST /decision",
        lambda service: Iam(service).may_decide(CALLER),
        {"decision": "ALLOW", "reason": "r", "receipt_id": RECEIPT_ID},
        True,  # noqa: FBT003 -- what it means
        RefusedError,
        (("decision", "allow"), ("decision", True), ("reason", None)),
    ),
    Adapter(
        "policy",
        "POST /v1/policy/tenants/tenant-1/evaluate",
        lambda service: Policy(service, 60.0, 300.0).evaluate(facts()),
        EVALUATED,
        PolicyVerdict(SNAPSHOT),
        PolicyVerdict(None),
        (("allowed", "false"), ("restrictions", ["moon"]), ("snapshot_hash", "sha256:0"), ("allowed", None)),
    ),
    Adapter(
        "standards",
        "GET /v1/standards",
        lambda service: GoldStandards(service, 60.0).of(facts()),
        {"items": [STANDARD]},
        Standards(allowed=True, restrictions=frozenset(("mentor",))),
        NOTHING,
        (("items", None), ("items", [{**STANDARD, "allowed": "yes"}]), ("items", {})),
    ),
    Adapter(
        "eris",
        "POST /v1/evidence/receipts",
        lambda service: Eris(service).store({"receipt_id": RECEIPT_ID}),
        STORED,
        None,
        RefusedError,
        (("receipt_id", None), ("signature_verification_status", "forged"), ("hash", 5)),
    ),
    Adapter(
        "llm",
        "POST /v1/llm/generate",
        lambda service: LlmGateway(service).generate("prompt", facts()),
        GENERATED,
        Generation(text="text"),
        Generation(),
        (("safety", None), ("safety", {**GENERATED["safety"], "status": "fine"}), ("content", None)),  # type: ignore[dict-item] # the safety member is a dict
    ),
    Adapter(
        "ubi",
        "GET /v1/ubi/signals/recent",
        lambda service: Ubi(service, 30.0).recent_signals("tenant-1", "actor-1"),
        {"signals": [RECENT]},
        ("signal-1",),
        (),
        (("signals", None), ("signals", [{**RECENT, "severity": "loud"}]), ("signals", ["x"])),
    ),
    Adapter(
        "governance",
        "GET /v1/data-governance/tenants/tenant-1/config",
        lambda service: Governance(service).quiet_hours("tenant-1"),
        GOVERNED,
        QuietHours(start=1, end=2),
        DEFAULT_QUIET_HOURS,
        (("quiet_hours", {"start": 24, "end": 0}), ("legal_hold", "no"), ("retention_days", None)),
    ),
    Adapter(
        "alerting",
        "POST /api/v1/notifications/mmm",
        lambda service: Alerting(service).notify({"notification_id": RECEIPT_ID}),
        {"notification_id": RECEIPT_ID, "status": "accepted"},
        None,
        RefusedError,
        (("status", "queued"), ("notification_id", None)),
    ),
)

OUTAGES: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "500": lambda _: httpx.Response(500, json={}),
    "503": lambda _: httpx.Response(503, json={}),
    "redirect": lambda _: httpx.Response(302, headers={"Location": BASE}),
    "garbage": lambda _: httpx.Response(200, content=b"\x00\xff<html>"),
    "empty": lambda _: httpx.Response(200),
    "null": lambda _: httpx.Response(200, content=b"null"),
    "deep": lambda _: httpx.Response(200, content=b"[" * 100_000),
}
LOSSES = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ReadError, httpx.WriteError)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Bench:
    """An adapter's service, mocked: nothing but its own request may be made."""

    adapter: Adapter
    service: Dependency
    route: respx.Route
    clock: Clock = field(default_factory=Clock)

    async def outcome(self) -> object:
        """Return what came of one call: a value, the error that a caller sees, or AWAY."""
        return await outcome(self.adapter, self.service)

    def answers(self, changed: str = "", value: object = None) -> None:
        """Answer well, or with a member changed; None leaves it out."""
        body = {**self.adapter.good, changed: value}
        if value is None:
            del body[changed]
        self.route.mock(return_value=httpx.Response(200, json=body))

    async def opened(self) -> None:
        """Fail until the circuit is open."""
        self.route.mock(return_value=httpx.Response(500))
        assert [await self.outcome() for _ in range(5)] == [AWAY] * 5
        assert self.service.breaker.state is State.OPEN


async def outcome(adapter: Adapter, service: Dependency) -> object:
    try:
        value = await adapter.ask(service)
    except UnavailableError:
        return AWAY
    except (RefusedError, NotVouchedError) as refusal:
        return type(refusal)
    return AWAY if isinstance(value, Generation) and not value.available else value


@pytest.fixture(params=ADAPTERS, ids=lambda adapter: adapter.name)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    made: Adapter = request.param
    return made


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    """Mock at httpx' client, above whichever transport is beneath; a call that nobody expects fails."""
    with respx.mock(using="httpx", assert_all_called=False) as made:
        yield made


@pytest.fixture
async def bench(adapter: Adapter, router: respx.MockRouter) -> AsyncIterator[Bench]:
    clock = Clock()
    breaker = Breaker(adapter.name, failures_to_open=5, recovery_seconds=RECOVERY, clock=clock)
    service = Dependency(adapter.name, open_client(BASE, None), 5.0, breaker)
    method, _, path = adapter.asked.partition(" ")
    yield Bench(adapter, service, router.route(method=method, url__startswith=BASE + path), clock)
    await service.aclose()


async def test_a_good_answer_is_understood(bench: Bench) -> None:
    bench.answers()

    assert await bench.outcome() == bench.adapter.value
    assert bench.route.call_count == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_a_4xx_is_an_answer_and_never_opens_the_circuit(bench: Bench, status: int) -> None:
    bench.route.mock(return_value=httpx.Response(status, json={}))

    assert [await bench.outcome() for _ in range(7)] == [bench.adapter.refused] * 7
    assert bench.route.call_count == 7
    assert bench.service.breaker.state is State.CLOSED


@pytest.mark.parametrize("outage", OUTAGES)
async def test_what_is_no_answer_is_unavailable(bench: Bench, outage: str) -> None:
    bench.route.mock(side_effect=OUTAGES[outage])

    await assert_five_open_it(bench)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
async def test_a_lost_connection_is_unavailable(bench: Bench, loss: type[Exception]) -> None:
    bench.route.mock(side_effect=loss)

    await assert_five_open_it(bench)


async def test_every_way_to_break_the_contract_is_unavailable(bench: Bench) -> None:
    for name, value in bench.adapter.bad:
        bench.answers(name, value)

        assert await bench.outcome() == AWAY, (name, value)


async def assert_five_open_it(bench: Bench) -> None:
    """Each of five attempts is made and fails; of those that follow, none is made."""
    assert [await bench.outcome() for _ in range(8)] == [AWAY] * 8
    assert bench.route.call_count == 5
    assert bench.service.breaker.state is State.OPEN


async def test_while_the_circuit_is_open_nobody_is_called(bench: Bench) -> None:
    await bench.opened()
    bench.answers()
    bench.clock.now = RECOVERY - 0.001

    assert await bench.outcome() == AWAY
    assert bench.route.call_count == 5


@pytest.mark.parametrize("healed", [True, False], ids=["healed", "still-away"])
async def test_half_open_makes_exactly_one_trial_however_many_ask(bench: Bench, *, healed: bool) -> None:
    await bench.opened()
    bench.clock.now = RECOVERY
    answered, begun = asyncio.Event(), []

    async def held(request: httpx.Request) -> httpx.Response:
        begun.append(request)
        await answered.wait()
        return httpx.Response(200, json=bench.adapter.good) if healed else httpx.Response(500)

    bench.route.mock(side_effect=held)
    asking = [asyncio.create_task(bench.outcome()) for _ in range(10)]
    refused, (trial,) = await first_nine(asking)
    answered.set()

    assert refused == [AWAY] * 9
    assert await trial == (bench.adapter.value if healed else AWAY)
    assert len(begun) == 1
    assert bench.service.breaker.state is (State.CLOSED if healed else State.OPEN)


async def first_nine(
    asking: list[asyncio.Task[object]],
) -> tuple[list[object], set[asyncio.Task[object]]]:
    """Return what the nine heard that were not let through, and the one that was."""
    pending = set(asking)
    async with asyncio.timeout(FEW_SECONDS):
        while len(pending) > 1:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    return [task.result() for task in asking if task not in pending], pending


async def test_a_cancelled_trial_lets_the_next_one_try(bench: Bench) -> None:
    await bench.opened()
    bench.clock.now = RECOVERY
    begun = asyncio.Event()

    async def forever(_request: httpx.Request) -> httpx.Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench.route.mock(side_effect=forever)
    trial = asyncio.create_task(bench.outcome())
    async with asyncio.timeout(FEW_SECONDS):
        await begun.wait()
        trial.cancel()
        await asyncio.wait({trial})
    bench.answers()

    assert await bench.outcome() == bench.adapter.value
    assert bench.service.breaker.state is State.CLOSED


@pytest.mark.parametrize("drip", [0.02, 30.0], ids=["drips", "says-nothing-more"])
async def test_the_time_out_is_total_on_a_real_socket(adapter: Adapter, drip: float) -> None:
    """Between two drips less than the time-out passes: a time-out for each read would never end it."""
    stand_in = StandIn()
    stand_in.bytes = answer(200, adapter.good)
    stand_in.drip = drip

    async with reached(stand_in, seconds=0.2) as service:
        assert await outcome(adapter, service) == AWAY

    assert 0 < stand_in.sent < len(stand_in.bytes)


async def test_it_understands_its_dependency_over_the_real_transport(adapter: Adapter) -> None:
    stand_in = StandIn()
    stand_in.bytes = answer(200, adapter.good)

    async with reached(stand_in) as service:
        assert await outcome(adapter, service) == adapter.value

    method, _, path = adapter.asked.partition(" ")
    assert stand_in.asked[0].startswith(f"{method} /base{path}")
