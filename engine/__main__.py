"""`python -m engine --host HOST --port PORT [--workers N]`: one engine, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import uvicorn

from engine.app import create_app
from engine.observe.logs import set_up_logs
from engine.services import build_services
from engine.settings import SettingsError, load_settings
from engine.workers import Worker, supervise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

GRACE_SECONDS = 1
MAX_WORKERS = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; return 2 when the environment does not let the engine start."""
    options = _options(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logs()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    if options.workers > 1:
        return supervise(_config(options, Worker(options.workers), factory=True))
    server = uvicorn.Server(_config(options, create_app(build_services(settings))))
    server.run()
    return 0 if server.started else 1


def _config(options: argparse.Namespace, app: Any, *, factory: bool = False) -> uvicorn.Config:  # noqa: ANN401 -- uvicorn's own parameter
    return uvicorn.Config(
        app,
        factory=factory,
        host=options.host,
        port=options.port,
        workers=options.workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End well: before the server runs at once, afterwards when it has let go of everything."""
    sys.exit(0)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine", description="The reference MMM engine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, choices=range(1, MAX_WORKERS + 1), metavar="N")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
