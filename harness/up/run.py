"""Start what was ordered, say so only when all of it answers, and watch over it until somebody ends us."""

from __future__ import annotations

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from harness.processes import LOOPBACK, DiedError, UnbuildableError, port_taken, work_directory
from harness.services import create_database, fakes, fallen, postgresql, valkey
from harness.up.offer import CONTROL, Offer, environment_of
from harness.up.places import DATABASE, REDIS
from harness.up.tokens import callers, mint
from harness.worlds.signing import new_signing_key, trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.up.places import Order

PAUSE = 2.0
DATABASE_NAME = "mmm"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is up: its addresses by name, and what is to be told of it."""

    urls: Mapping[str, str]
    offer: Offer

    @property
    def fakes(self) -> dict[str, str]:
        """Return the fakes' addresses."""
        return {name: url for name, url in self.urls.items() if name not in {DATABASE, REDIS}}


@contextlib.contextmanager
def stand(order: Order) -> Iterator[Standing]:
    """Start it all, and end it all on leaving."""
    _look(order)
    with contextlib.ExitStack() as stack:
        work_dir = stack.enter_context(work_directory())
        urls = _started(order, work_dir, stack)
        yield Standing(urls, _offer(order, urls))


def watch(standing: Standing) -> None:
    """Return never; what ends of itself is an error."""
    urls = standing.urls
    while not (gone := fallen(urls.get(DATABASE), urls.get(REDIS), standing.fakes)):
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


def _started(order: Order, work_dir: Path, stack: contextlib.ExitStack) -> dict[str, str]:
    """Start all of it side by side; return the addresses in the order of their places."""
    # Whoever reaches it from elsewhere has to know a password; on this machine nobody is asked.
    starter = Starter(order, work_dir, None if order.host == LOOPBACK else token_hex(16))
    wanted = {
        starter.database: DATABASE in order.names,
        starter.redis: REDIS in order.names,
        starter.speakers: bool(order.fakes),
    }
    with ThreadPoolExecutor(len(wanted)) as pool:
        starting = [pool.submit(start, stack) for start, asked in wanted.items() if asked]
    urls = {name: url for done in starting for name, url in done.result().items()}
    return {name: urls[name] for name in order.names}


@dataclass(frozen=True, slots=True)
class Starter:
    """Knows how each part is started; each is ended by the stack that it is started on."""

    order: Order
    work_dir: Path
    password: str | None

    def database(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Start PostgreSQL with one empty database."""
        served = postgresql(
            self.work_dir, host=self.order.host, port=self.order.ports().get(DATABASE), password=self.password
        )
        return {DATABASE: create_database(stack.enter_context(served).admin_url, DATABASE_NAME)}

    def redis(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Start Valkey."""
        served = valkey(
            self.work_dir,
            self.work_dir / "valkey",
            host=self.order.host,
            port=self.order.ports().get(REDIS),
            password=self.password,
        )
        return {REDIS: stack.enter_context(served)}

    def speakers(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Start the process of the fakes."""
        names, places = self.order.fakes, self.order.ports()
        ports = {name: port for name, port in places.items() if name in names}
        spoken = fakes(self.work_dir, self.work_dir / "fakes", names, ports=ports, host=self.order.host)
        return stack.enter_context(spoken)


def _offer(order: Order, urls: Mapping[str, str]) -> Offer:
    people = callers()
    key = new_signing_key() if "eris" in order.names else None
    if key is not None:
        trust(urls, key)
    return Offer(
        environment=environment_of(urls, key.private if key else None),
        tenant_id=people.tenant,
        tokens=asyncio.run(mint(urls["iam"], people)) if "iam" in urls else {},
        control={name: urls[name] + CONTROL for name in order.fakes},
    )
