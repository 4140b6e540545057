"""`python -m fakes`: the fakes as one process, until SIGTERM or SIGINT.

One line of JSON on stdout, when every fake is ready: name to URL.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
from typing import TYPE_CHECKING

from fakes.http.listening import LOOPBACK, PortInUseError, UnknownHostError
from fakes.running import UnknownFakeError, start_fakes
from fakes.usage import names_in, wrong_usage

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRONG_USAGE = 2
_NO_ENVIRONMENT = 3
_LAST_PORT = 65_535
PASSWORD = "REDIS_UPSTREAM_PASSWORD"  # noqa: S105 -- where it is looked for, in no list of processes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped; return the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    only, ports = names_in(chosen.only), dict(chosen.port)
    wrong = wrong_usage(only, ports, chosen.redis_upstream, chosen.host)
    if wrong is not None:
        return _say(wrong, _WRONG_USAGE)
    try:
        return asyncio.run(_serve(only, ports, chosen.redis_upstream, chosen.host))
    except UnknownFakeError as error:
        return _say(str(error), _WRONG_USAGE)
    except (PortInUseError, UnknownHostError, ConnectionError) as error:
        return _say(str(error), _NO_ENVIRONMENT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fakes", description="Run wire-level fakes.")
    parser.add_argument("--only", metavar="NAMES", help="comma-separated names; all by default")
    parser.add_argument(
        "--port",
        metavar="NAME=PORT",
        action="append",
        default=[],
        type=_port,
        help="a port for one fake; a free one by default",
    )
    parser.add_argument(
        "--redis-upstream",
        metavar="URL",
        help="a real server that the Redis fake stands in front of (redis://…); in memory by default. "
        f"Where its clients log in themselves, {PASSWORD} in the environment is the fake's own password",
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help="the address to listen on; 0.0.0.0 is every one of this machine's (default: %(default)s)",
    )
    return parser


def _port(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not (number.isascii() and number.isdecimal() and int(number) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PORT")
    return name.strip(), int(number)


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"fakes: {line}\n")
    return code


async def _serve(only: Sequence[str], ports: dict[str, int], redis_upstream: str | None, host: str) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    password = os.environ.get(PASSWORD) or None
    running = await start_fakes(only, ports, redis_upstream, redis_password=password, host=host)
    gc.freeze()  # what is here now stays: no collection need look at it again
    sys.stdout.write(json.dumps(dict(running.urls)) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
