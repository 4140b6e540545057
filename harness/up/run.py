"""Start what was ordered, say so only when all of it answers, and watch over it until somebody ends us."""

from __future__ import annotations

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.processes import LOOPBACK, DiedError, UnbuildableError, port_taken, reached, work_directory
from harness.services import create_database, fakes, fallen, postgresql, valkey
from harness.services.storage import REDIS, REDIS_CONTROL
from harness.up.offer import CONTROL, Offer, environment_of
from harness.up.places import DATABASE
from harness.up.tokens import callers, mint
from harness.worlds.signing import new_signing_key, trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.up.places import Order

PAUSE = 2.0
DATABASE_NAME = "mmm"
CONTROLLED = {REDIS: REDIS_CONTROL}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is up: its addresses by name, the server behind the Redis fake, and what is to be told of it."""

    urls: Mapping[str, str]
    upstream: str | None
    offer: Offer

    @property
    def fakes(self) -> dict[str, str]:
        """Return the addresses at which fakes speak HTTP."""
        return {name: url for name, url in self.urls.items() if name not in {DATABASE, REDIS}}


@contextlib.contextmanager
def stand(order: Order) -> Iterator[Standing]:
    """Start it all, and end it all on leaving."""
    _look(order)
    with contextlib.ExitStack() as stack:
        work_dir = stack.enter_context(work_directory())
        starter = Starter(order, work_dir, None if order.host == LOOPBACK else token_hex(16))
        upstream, urls = _started(starter, stack)
        yield Standing(urls, upstream, _offer(order, urls))


def watch(standing: Standing) -> None:
    """Return never; what ends of itself is an error."""
    database = standing.urls.get(DATABASE)
    while not (gone := fallen(database, standing.upstream, standing.fakes)):
        time.sleep(PAUSE)
    raise DiedError(f"{' and '.join(gone)} ended, though nobody asked")


def _look(order: Order) -> None:
    """Refuse an address or a port that cannot be had, before anything is started."""
    try:
        port_taken(0, order.host)
        taken = {name: port for name, port in order.ports().items() if port_taken(port, order.host)}
    except OSError as error:
        raise UnbuildableError(f"--host {order.host}: nothing can listen there: {error.strerror}") from None
    for name, port in taken.items():
        raise UnbuildableError(
            f"port {port}, where {name} is to listen, is already in use: "
            "stop what listens there, or take another --port-base"
        )


def _started(starter: Starter, stack: contextlib.ExitStack) -> tuple[str | None, dict[str, str]]:
    """Start storage side by side, then what stands before it; return Redis' server and all addresses."""
    names = starter.order.names
    with ThreadPoolExecutor(2) as pool:
        database = pool.submit(starter.database, stack) if DATABASE in names else None
        redis = pool.submit(starter.redis, stack) if REDIS in names else None
    upstream = redis.result() if redis else None
    urls = {DATABASE: database.result()} if database else {}
    return upstream, urls | (starter.speakers(stack, upstream) if starter.order.fakes else {})


@dataclass(frozen=True, slots=True)
class Starter:
    """Knows how each part is started; each is ended by the stack that it is started on.

    Whoever reaches storage from elsewhere has to know the password; where nobody can, there is none.
    """

    order: Order
    work_dir: Path
    password: str | None

    def database(self, stack: contextlib.ExitStack) -> str:
        """Start PostgreSQL with one empty database."""
        port = self.order.ports().get(DATABASE)
        served = postgresql(self.work_dir, host=self.order.host, port=port, password=self.password)
        return create_database(stack.enter_context(served).admin_url, DATABASE_NAME)

    def redis(self, stack: contextlib.ExitStack) -> str:
        """Start the Valkey that the Redis fake stands before: for this machine alone."""
        promised = self.order.ports().values()
        served = valkey(self.work_dir, self.work_dir / "valkey", password=self.password, promised=promised)
        return stack.enter_context(served)

    def speakers(self, stack: contextlib.ExitStack, upstream: str | None) -> dict[str, str]:
        """Start the process of the fakes."""
        ports = {name: port for name, port in self.order.ports().items() if name != DATABASE}
        spoken = fakes(
            self.work_dir,
            self.work_dir / "fakes",
            self.order.fakes,
            ports=ports,
            host=self.order.host,
            redis_upstream=_unlocked(upstream),
            redis_password=self.password,
        )
        urls = stack.enter_context(spoken)
        return urls | ({REDIS: self._front(urls[REDIS])} if REDIS in urls else {})

    def _front(self, announced: str) -> str:
        """Return the Redis fake's address for an engine: what the server asks for, it asks for through it."""
        who = f":{self.password}@" if self.password else ""
        return f"redis://{who}{reached(self.order.host)}:{urlsplit(announced).port}/0"


def _unlocked(upstream: str | None) -> str | None:
    """Return the address without the password: each client is to give it, not the fake for all of them.

    The fake is told it by itself, for its own questions.
    """
    if upstream is None:
        return None
    place = urlsplit(upstream)
    return f"redis://{place.hostname}:{place.port}"


def _offer(order: Order, urls: Mapping[str, str]) -> Offer:
    people = callers()
    key = new_signing_key() if "eris" in order.names else None
    if key is not None:
        trust(urls, key)
    return Offer(
        environment=environment_of({name: urls[name] for name in order.names}, key.private if key else None),
        tenant_id=people.tenant,
        tokens=asyncio.run(mint(urls["iam"], people)) if "iam" in urls else {},
        control={name: urls[CONTROLLED.get(name, name)] + CONTROL for name in order.fakes},
    )
