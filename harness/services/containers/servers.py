"""The two servers that worlds keep their data in, from images that a profile may name.

Rule: a container's port may be open to the whole network, so each server has a password of its own. It
stands on no command line: `ps` shows those to everybody.
"""

from __future__ import annotations

import contextlib
import sys
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from harness.processes import (
    Child,
    Command,
    UnbuildableError,
    lock_of,
    own_environment,
    start,
    wait_until,
)
from harness.services.cluster import ROLE
from harness.services.containers.images import note_image
from harness.services.containers.order import VARIABLE, Order, Place
from harness.services.postgres import answers_select
from harness.services.valkey import answers_ping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PULL_SECONDS = 300.0  # the image may have to be fetched first
READY_SECONDS = 60.0
POSTGRESQL_PORT, REDIS_PORT = 5432, 6379
REDIS_SETTINGS = "/mmm.conf"


@contextlib.contextmanager
def postgresql_container(work_dir: Path, image: str) -> Iterator[str]:
    """Run an image with PostgreSQL (one that knows POSTGRES_USER and the like); yield a superuser's URL."""
    password = token_hex(16)
    order = Order(
        image=image,
        port=POSTGRESQL_PORT,
        env={"POSTGRES_USER": ROLE, "POSTGRES_PASSWORD": password, "POSTGRES_DB": "postgres"},
        command=("-c", "max_connections=400", "-c", "fsync=off", "-c", "timezone=UTC"),
    )
    with _running("PostgreSQL's container", work_dir, work_dir / "postgresql", order) as (keeper, place):
        url = f"postgresql://{ROLE}:{password}@{place.host}:{place.port}/postgres"
        _wait(keeper, lambda: answers_select(url))
        yield url


@contextlib.contextmanager
def redis_container(work_dir: Path, directory: Path, image: str) -> Iterator[str]:
    """Run an image with Redis or Valkey that keeps everything in memory; yield its URL."""
    password = token_hex(16)
    with _running("Redis' container", work_dir, directory, redis_order(image, password)) as (keeper, place):
        url = f"redis://:{password}@{place.host}:{place.port}/0"
        _wait(keeper, lambda: answers_ping(url))
        yield url


def redis_order(image: str, password: str) -> Order:
    """Return what is asked of Docker; official images take a word that ends in .conf for the file."""
    settings = ('save ""', "appendonly no", f"requirepass {password}", "")
    files = {REDIS_SETTINGS: "\n".join(settings)}
    return Order(image=image, port=REDIS_PORT, command=(REDIS_SETTINGS,), files=files)


@contextlib.contextmanager
def _running(name: str, work_dir: Path, directory: Path, order: Order) -> Iterator[tuple[Child, Place]]:
    directory.mkdir(parents=True, exist_ok=True)
    announcement = directory / "container.json"
    command = Command(
        name=name,
        argv=(sys.executable, "-m", "harness.services.containers"),
        cwd=directory,
        env=own_environment(**{VARIABLE: msgspec.json.encode(order).decode()}),
        log=directory / "container.log",
        stdout=announcement,
        lock=lock_of(work_dir),
        grace=10.0,
    )
    with start(command) as keeper:
        place = _announced(keeper, announcement)
        note_image(work_dir, order.image, place.image_id)
        yield keeper, place


def _announced(keeper: Child, announcement: Path) -> Place:
    def whole() -> bool:
        return announcement.exists() and announcement.read_bytes().endswith(b"\n")

    wait_until(lambda: whole() or not keeper.running(), PULL_SECONDS)
    if not whole():
        raise UnbuildableError(f"{keeper.name} does not start", keeper.last_lines(5))
    return msgspec.json.decode(announcement.read_bytes(), type=Place)


def _wait(keeper: Child, answers: Callable[[], bool]) -> None:
    wait_until(lambda: answers() or not keeper.running(), READY_SECONDS)
    if not (keeper.running() and answers()):
        raise UnbuildableError(f"{keeper.name} runs and its server does not answer", keeper.last_lines(5))
