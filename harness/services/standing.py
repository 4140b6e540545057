"""Whether what was started for an engine still stands: if not, nothing can be held against the engine."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from fakes.asking import tls
from harness.processes import wait_until
from harness.services.postgres import answers_select
from harness.services.valkey import answers_ping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PATIENCE = 5.0  # a busy machine answers late; what has ended never does


def fallen(database: str | None, redis: str | None, fakes: Mapping[str, str]) -> tuple[str, ...]:
    """Return which of these services answer no more, in words; None and no fakes are none of ours.

    A file, or a server that is reached in another way than by PostgreSQL's or Redis' plain protocol, is not
    asked.
    """
    services = _services(database, redis, fakes)
    return tuple(name for name, url, answers in services if not _stands(url, answers))


def _services(
    database: str | None, redis: str | None, fakes: Mapping[str, str]
) -> Iterator[tuple[str, str, Callable[[], bool]]]:
    if database is not None and database.startswith(("postgresql:", "postgres:")):
        yield "PostgreSQL", database, lambda: answers_select(database)
    if redis is not None and redis.startswith("redis:"):
        yield "Redis", redis, lambda: answers_ping(redis)
    if (fake := next(iter(fakes.values()), None)) is not None:  # one process speaks for all
        yield "the process of the fakes", fake, lambda: _answers(fake)


def _stands(url: str, answers: Callable[[], bool]) -> bool:
    """Wait for an answer, but not where nobody listens: a busy machine refuses no connection."""
    return wait_until(lambda: answers() or _refused(url), PATIENCE) and not _refused(url)


def _refused(url: str) -> bool:
    place = urlsplit(url)
    if place.port is None:  # none of ours
        return False
    try:
        socket.create_connection((place.hostname, place.port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def _answers(fake: str) -> bool:
    """Tell whether the process answers; the Redis fake's 503 says that the server behind it is gone."""
    try:
        httpx.get(f"{fake}/__fake__/health", trust_env=False, timeout=PATIENCE, verify=tls())
    except httpx.HTTPError:
        return False
    return True
