"""Start a world and end it: fakes, storage, key and engine of one plan, in that order and back."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from harness.lines import DATABASE, Line, lines
from harness.processes import DiedError, UnbuildableError, port_taken
from harness.services import fakes
from harness.services.storage import REDIS, storage_of
from harness.targets import FAKES
from harness.worlds.building import Surroundings, blueprint, prepare
from harness.worlds.engine import Engine, PortTakenError
from harness.worlds.errors import NotControllableError
from harness.worlds.logs import keep_logs
from harness.worlds.readiness import Readiness, wait_until_ready
from harness.worlds.signing import SigningKey, new_signing_key, trust
from harness.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.worlds.engine import Blueprint
    from harness.worlds.plan import Plan

COLLISIONS = 3
ATTACHED = "the engine was started by somebody else: what the harness cannot control there is not exercised"

GIVEN = "its storage is somebody else's: a scenario that needs a world of its own is not exercised"


@dataclass(frozen=True, slots=True)
class Running:
    """A world that stands: what a check needs to know of it, and its engines to disturb.

    `seconds` is from the start of the first engine's process until it was ready; None when attached to.
    `lines`: what it reaches its storage by, where the plan wants that.
    """

    world: World
    engines: tuple[Engine, ...]
    seconds: float | None
    notes: tuple[str, ...] = ()
    lines: Mapping[str, Line] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """Return the first replica's process."""
        if not self.engines:
            raise NotControllableError("the engine was started by somebody else: it cannot be disturbed")
        return self.engines[0]


@contextlib.contextmanager
def start_world(plan: Plan) -> Iterator[Running]:
    """Start what a plan says and end it all on leaving. It blocks: asynchronous code uses a thread."""
    plan.variables()  # a setting that is not mapped is refused before anything starts
    directory = plan.work_dir / "worlds" / f"{plan.label}-{token_hex(3)}"
    directory.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        if plan.profile.target.url is None:
            yield _started(plan, directory, stack)
        else:
            yield _attached(plan, directory, stack)


def _started(plan: Plan, directory: Path, stack: contextlib.ExitStack) -> Running:
    around = _surroundings(plan, directory, stack)
    draw = [partial(blueprint, plan, directory, around, index) for index in range(plan.count)]
    engines = tuple(Engine(make()) for make in draw)
    stack.callback(_keep_logs, plan, engines)
    for engine, make in zip(engines, draw, strict=True):
        stack.callback(engine.end)
        _keep_port(engine, make)
    prepare(plan, engines[0].blueprint, around)
    for engine in engines:
        engine.start()
    ready = [_ready(engine, make) for engine, make in zip(engines, draw, strict=True)]
    world = msgspec.structs.replace(
        _outline(plan),
        engine_urls=tuple(engine.url for engine in engines),
        fakes=around.fakes,
        database=around.database,
        admin_database=plan.admin_database,
        redis=around.redis,
        signing_kid=around.key.kid,
        signing_public_key=around.key.public,
        engine_logs=tuple(str(engine.blueprint.log) for engine in engines),
        engine_workdirs=tuple(str(engine.blueprint.workdir) for engine in engines),
        controllable=True,
        settings=tuple(plan.profile.target.settings),
    )
    given = (GIVEN,) if plan.profile.target.services else ()
    return Running(world, engines, ready[0].seconds, (*_notes(ready), *given), around.lines)


def _surroundings(plan: Plan, directory: Path, stack: contextlib.ExitStack) -> Surroundings:
    storage = storage_of(plan.environment, plan.profile.target)
    spoken = fakes(plan.work_dir, directory / "fakes", (*FAKES, *storage.fakes))
    with ThreadPoolExecutor(3) as pool:
        speaking = pool.submit(stack.enter_context, spoken)
        caching = pool.submit(stack.enter_context, storage.redis(plan.work_dir, directory))
        storing = pool.submit(storage.database, plan.admin_database, directory)
    announced = speaking.result()
    of_http = {name: announced[name] for name in FAKES}
    key = new_signing_key()
    trust(of_http, key)
    urls = {DATABASE: storing.result(), REDIS: caching.result() or announced[REDIS]}
    laid = stack.enter_context(lines({name: urls[name] for name in plan.lines}))
    return Surroundings(of_http, urls[DATABASE], urls[REDIS], key, laid)


def _keep_port(engine: Engine, draw: Callable[[], Blueprint]) -> None:
    """Keep an engine's port; where somebody else has it, it gets another one."""
    for _ in range(COLLISIONS):
        try:
            return engine.keep()
        except PortTakenError:
            if not engine.blueprint.movable:
                raise
            engine.end()
            engine.blueprint = draw()
    return engine.keep()


def _ready(engine: Engine, draw: Callable[[], Blueprint]) -> Readiness:
    """Wait for an engine; one that died because another program took its port first gets another port."""
    for _ in range(COLLISIONS):
        try:
            return engine.wait_until_ready()
        except DiedError:
            if not engine.blueprint.movable or not port_taken(engine.blueprint.port):
                raise
            engine.end()
            engine.blueprint = draw()
            _keep_port(engine, draw)
            engine.start()
    return engine.wait_until_ready()


def _keep_logs(plan: Plan, engines: tuple[Engine, ...]) -> None:
    logs = [engine.blueprint.log for engine in engines]
    keep_logs(plan.run_dir, plan.label, logs, engines[0].blueprint.secrets)


def _attached(plan: Plan, directory: Path, stack: contextlib.ExitStack) -> Running:
    target = plan.profile.target
    ports = {name: int(address.rpartition(":")[2]) for name, address in target.fakes.items()}
    for name, port in ports.items():
        if port_taken(port):
            raise UnbuildableError(f"{plan.profile.path}: target.fakes.{name}: port {port} is already in use")
    spoken = fakes(plan.work_dir, directory / "fakes", tuple(ports), ports=ports)
    speaking = stack.enter_context(spoken) if ports else {}
    key = SigningKey(target.signing_public_key) if target.signing_public_key else None
    if key is not None:
        trust(speaking, key)
    origin = (target.url or "").rstrip("/")
    readiness = wait_until_ready(origin, target.ready, target.start_seconds, lambda: None, speaking)
    world = msgspec.structs.replace(
        _outline(plan),
        engine_urls=(origin,),
        fakes=speaking,
        signing_kid=key.kid if key else None,
        signing_public_key=key.public if key else None,
    )
    return Running(world, (), None, (*_notes([readiness]), ATTACHED))


def _outline(plan: Plan) -> World:
    target = plan.profile.target
    return World(
        engine_urls=(),
        base_path=target.base_path,
        ready_path=target.ready,
        work_dir=str(plan.work_dir),
        run_dir=str(plan.run_dir),
        profile=str(plan.profile.path.resolve()),
        seed=plan.seed,
        label=plan.label,
        environment=plan.environment,
        defect=plan.profile.defect,
    )


def _notes(ready: Iterable[Readiness]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.note for one in ready if one.note))
