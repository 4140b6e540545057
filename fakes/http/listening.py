"""Listening, and where that is told to be: for all that speaks for a fake."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"
_BACKLOG = 1024
_REACHED = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 -- recognised, not the default
"""Where those who listen everywhere are reached from this machine."""


class PortInUseError(OSError):
    """Somebody else listens there; the message names the port and the mend."""


class UnknownHostError(OSError):
    """No address is known by that name; the message names it and the mend."""


async def listen(speak: Callable[[], asyncio.Protocol], host: str, port: int) -> tuple[asyncio.Server, str]:
    """Listen (on a free port for 0); return the server and its `host:port`, as a URL has it."""
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(speak, host, port, backlog=_BACKLOG)
    except socket.gaierror as error:
        raise UnknownHostError(
            f"host {host} is not known ({error.strerror}): take an address of this machine"
        ) from error
    except OSError as error:
        raise PortInUseError(
            f"port {port} on {host} cannot be had ({error.strerror}): "
            "stop what listens there, or take another port"
        ) from error
    reached = _REACHED.get(host, host)
    bound = server.sockets[0].getsockname()[1]
    return server, f"[{reached}]:{bound}" if ":" in reached else f"{reached}:{bound}"
