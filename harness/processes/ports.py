"""TCP ports on this machine: one that is free now, and whether one is taken."""

from __future__ import annotations

import errno
import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - recognised, not the default
BELOW_EPHEMERAL = range(
    15_000, 32_000
)  # outgoing connections never take one of these between our look and the bind
TRIES = 50


def free_port(host: str = LOOPBACK, promised: Collection[int] = ()) -> int:
    """Return a port that nobody listens on now and that is promised to nobody else.

    Who binds it must still expect to lose the race.
    """
    for port in random.SystemRandom().sample(BELOW_EPHEMERAL, TRIES):
        if port not in promised and not port_taken(port, host):
            return port
    with socket.create_server((host, 0)) as server:
        chosen: int = server.getsockname()[1]
        return free_port(host, promised) if chosen in promised else chosen  # it is held: we get another


def reached(host: str) -> str:
    """Return where this machine reaches what listens on an address."""
    return LOOPBACK if host == EVERYWHERE else host


def port_taken(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether somebody already listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


def promise(port: int) -> socket.socket | None:
    """Keep a port from every other harness here until what is returned is closed; None if one of them has it.

    Between our look and the bind of what we start there are seconds, in which another one's engine could come
    to listen there, be ready, and be taken for ours. An abstract Unix socket (unix(7)) is known as far as the
    port is, within a network namespace, and is gone with its process.
    """
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(f"\0mmm-harness-port-{port}")
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return held


def kept_port(host: str = LOOPBACK, promised: Collection[int] = ()) -> tuple[int, socket.socket]:
    """Return a free port, and what keeps it from every other harness here until it is closed."""
    port = free_port(host, promised)
    held = promise(port)
    return (port, held) if held is not None else kept_port(host, (*promised, port))
