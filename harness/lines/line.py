"""A line as the rest of the harness knows it: a URL for the engine, and ways to lose what is behind it.

Rule: all of it may be called from any thread; the relays live in one of their own, as long as their world.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio.from_thread import start_blocking_portal

from harness.lines.relay import relay_to
from harness.processes import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from anyio.from_thread import BlockingPortal

    from harness.lines.relay import Loss, Relay

DATABASE = "database"
REDIS = "redis"
LINES = (DATABASE, REDIS)


class Line:
    """One way to one server."""

    def __init__(self, url: str, relay: Relay, portal: BlockingPortal) -> None:
        self.url = url
        self._relay = relay
        self._portal = portal

    def cut(self) -> None:
        """Close every connection, and from now on each new one at once."""
        self._portal.call(self._relay.cut)

    def fall_silent(self) -> None:
        """Take everything and hand nothing on."""
        self._portal.call(self._relay.fall_silent)

    def times_struck(self) -> int:
        """Return how often what is wrong with it has been suffered."""
        return self._portal.call(self._relay.times_struck)

    def heal(self) -> Loss | None:
        """Be whole again; return what is over (None: it was whole)."""
        return self._portal.call(self._relay.heal)


@contextlib.contextmanager
def lines(urls: Mapping[str, str]) -> Iterator[dict[str, Line]]:
    """Lay a line to each of these URLs, by their names, for as long as the context lasts."""
    if not urls:
        yield {}
        return
    with start_blocking_portal() as portal, contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(_line(url, portal)) for name, url in urls.items()}


@contextlib.contextmanager
def _line(url: str, portal: BlockingPortal) -> Iterator[Line]:
    place = urlsplit(url)
    relaying = relay_to(place.hostname or LOOPBACK, place.port or 0)
    with portal.wrap_async_context_manager(relaying) as (relay, where):
        yield Line(moved(url, where), relay, portal)


def moved(url: str, where: str) -> str:
    """Return the same URL at another place.

    >>> moved("postgresql://mmm:s3cret@127.0.0.1:5432/mmm?sslmode=disable", "127.0.0.1:41001")
    'postgresql://mmm:s3cret@127.0.0.1:41001/mmm?sslmode=disable'
    >>> moved("redis://127.0.0.1:6379/0", "127.0.0.1:41001")
    'redis://127.0.0.1:41001/0'
    """
    parts = urlsplit(url)
    who, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{who}{at}{where}").geturl()
