"""The fixtures that scenarios ask for: the engine, its people and givens, and each dependency.

Rule: everything here belongs to one scenario and is of its own tenant; only the shared world outlives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
import pytest_asyncio

from fakes.control import ErisControl, FakeControl, IamControl, OtlpControl
from harness.driving.audit import AuditLog, audit_paths
from harness.driving.dependencies import (
    Alerting,
    Dependency,
    Eris,
    Governance,
    Iam,
    Llm,
    Otlp,
    Policy,
    Storage,
    Ubi,
)
from harness.driving.dependencies.base import Place
from harness.driving.engine import EngineClient
from harness.driving.failures import ScenarioError
from harness.driving.givens import Given
from harness.driving.log import EngineLog
from harness.driving.names import Names
from harness.driving.people import People, Wallet
from harness.driving.stored import StoredData
from harness.driving.trials import Trials
from harness.lines import DATABASE, LINES, REDIS
from harness.plugin.markers import settings_of
from harness.plugin.options import STAGE
from harness.plugin.own_worlds import own_world
from harness.plugin.scenario_run import RUN, ScenarioRun

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from harness.driving.recorder import Recorder
    from harness.worlds import Running, World

_Control = TypeVar("_Control", bound=FakeControl)
_Handle = TypeVar("_Handle", bound=Dependency)


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running | None]:
    """Give the world that was started for this scenario alone, with its engine's process; None: it shares."""
    settings = settings_of(request.node)
    if settings is None:
        yield None
        return
    asked_for = tuple(name for name in LINES if name in request.fixturenames)
    with own_world(request.config.stash[STAGE], request.node.nodeid, settings, asked_for) as running:
        yield running


@pytest.fixture
def world(request: pytest.FixtureRequest, running: Running | None) -> World:
    """Give the world of this scenario: its own, where it is marked so, else the shared one."""
    return request.config.stash[STAGE].world if running is None else running.world


@pytest.fixture
def recorder(request: pytest.FixtureRequest) -> Recorder:
    """Give what this scenario is judged by."""
    run: ScenarioRun = request.node.stash[RUN]
    return run.recorder


@pytest.fixture
def names(request: pytest.FixtureRequest) -> Names:
    """Give names of this scenario's own, the same again for the same seed."""
    return Names(request.config.stash[STAGE].world.seed, request.node.nodeid)


@pytest.fixture
def people(names: Names) -> People:
    """Give the people of a tenant of this scenario's own."""
    return People(names, names.tenant())


class Controls:
    """The control clients of one scenario, each opened when it is first needed."""

    def __init__(self, world: World) -> None:
        self._urls = world.fakes
        self._open: dict[str, FakeControl] = {}

    def of(self, name: str, kind: type[_Control]) -> _Control | None:
        """Return the client for a fake; None where the engine does not talk to ours."""
        if name not in self._urls:
            return None
        control = self._open.setdefault(name, kind(name, self._urls[name]))
        assert isinstance(control, kind)
        return control

    async def aclose(self) -> None:
        """Close them all."""
        for control in self._open.values():
            await control.aclose()


@pytest_asyncio.fixture
async def controls(world: World) -> AsyncIterator[Controls]:
    """Give the fakes' control clients."""
    controls = Controls(world)
    yield controls
    await controls.aclose()


@pytest.fixture
def wallet(controls: Controls, recorder: Recorder) -> Wallet:
    """Give the tokens of this scenario's people."""
    return Wallet(controls.of("iam", IamControl), recorder)


@pytest_asyncio.fixture
async def engine(
    world: World, people: People, wallet: Wallet, recorder: Recorder
) -> AsyncIterator[EngineClient]:
    """Give the engine under test."""
    client = EngineClient(world, people, wallet, recorder)
    yield client
    await client.aclose()


@pytest.fixture
def trials(world: World, names: Names, controls: Controls, recorder: Recorder) -> Trials:
    """Give what runs a state machine against the engine, each trial in a tenant of its own."""
    return Trials(world, names, controls.of("iam", IamControl), recorder)


@pytest.fixture
def given(engine: EngineClient, people: People) -> Given:
    """Give what scenarios start from."""
    return Given(engine, people)


@pytest.fixture
def engine_log(world: World, recorder: Recorder) -> EngineLog:
    """Give what the engine prints while this scenario runs."""
    return EngineLog(world.engine_logs, recorder)


@pytest.fixture
def audit_log(world: World, recorder: Recorder) -> AuditLog:
    """Give what the engine has written into its audit log."""
    return AuditLog(audit_paths(world), recorder)


@pytest.fixture
def stored(world: World, recorder: Recorder) -> StoredData:
    """Give what the engine keeps in its database."""
    return StoredData(world.database, recorder)


@pytest.fixture
def place(recorder: Recorder, people: People, world: World, running: Running | None) -> Place:
    """Give where this scenario stands."""
    return Place(
        recorder,
        people.tenant,
        exclusive=running is not None,
        key_known=world.signing_public_key is not None,
    )


async def _handle(
    kind: type[_Handle], name: str, control: FakeControl | None, place: Place
) -> AsyncIterator[_Handle]:
    handle = kind(name, control, place)
    yield handle
    await handle.heals()


@pytest_asyncio.fixture
async def iam(controls: Controls, place: Place) -> AsyncIterator[Iam]:
    """Give the identity service."""
    async for handle in _handle(Iam, "iam", controls.of("iam", IamControl), place):
        yield handle


@pytest_asyncio.fixture
async def eris(controls: Controls, place: Place) -> AsyncIterator[Eris]:
    """Give the evidence store."""
    async for handle in _handle(Eris, "eris", controls.of("eris", ErisControl), place):
        yield handle


@pytest_asyncio.fixture
async def policy(controls: Controls, place: Place) -> AsyncIterator[Policy]:
    """Give the policy service."""
    async for handle in _handle(Policy, "policy", controls.of("policy", FakeControl), place):
        yield handle


@pytest_asyncio.fixture
async def llm(controls: Controls, place: Place) -> AsyncIterator[Llm]:
    """Give the LLM gateway."""
    async for handle in _handle(Llm, "llm", controls.of("llm", FakeControl), place):
        yield handle


@pytest_asyncio.fixture
async def ubi(controls: Controls, place: Place) -> AsyncIterator[Ubi]:
    """Give the behavioural signals."""
    async for handle in _handle(Ubi, "ubi", controls.of("ubi", FakeControl), place):
        yield handle


@pytest_asyncio.fixture
async def governance(controls: Controls, place: Place) -> AsyncIterator[Governance]:
    """Give data governance."""
    async for handle in _handle(Governance, "governance", controls.of("governance", FakeControl), place):
        yield handle


@pytest_asyncio.fixture
async def alerting(controls: Controls, place: Place) -> AsyncIterator[Alerting]:
    """Give alerting."""
    async for handle in _handle(Alerting, "alerting", controls.of("alerting", FakeControl), place):
        yield handle


@pytest_asyncio.fixture
async def otlp(controls: Controls, place: Place) -> AsyncIterator[Otlp]:
    """Give the trace collector."""
    async for handle in _handle(Otlp, "otlp", controls.of("otlp", OtlpControl), place):
        yield handle


async def _storage(name: str, running: Running | None, recorder: Recorder) -> AsyncIterator[Storage]:
    if running is None:
        raise ScenarioError(f"the {name} may only fail in a world of the scenario's own: mark it own_world")
    storage = Storage(name, running.lines[name], recorder)
    yield storage
    await storage.heals()


@pytest_asyncio.fixture
async def database(running: Running | None, recorder: Recorder) -> AsyncIterator[Storage]:
    """Give the engine's database, which it then reaches by a line that can be cut."""
    async for storage in _storage(DATABASE, running, recorder):
        yield storage


@pytest_asyncio.fixture
async def redis(running: Running | None, recorder: Recorder) -> AsyncIterator[Storage]:
    """Give the engine's Redis, which it then reaches by a line that can be cut."""
    async for storage in _storage(REDIS, running, recorder):
        yield storage
