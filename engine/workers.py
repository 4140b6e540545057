"""Several worker processes behind one address, under uvicorn's supervisor: a worker that dies is replaced.

Rule: no worker outlives the parent, whatever ended that; what workers count lies in one directory, where each
of them finds the sum.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from engine.app import create_app
from engine.observe.logs import log_event, set_up_logs
from engine.services import build_services
from engine.settings import load_settings

if TYPE_CHECKING:
    from socket import socket

    from starlette.types import ASGIApp
    from uvicorn import Config

END_SECONDS = 5.0
_COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it when it is imported, in each worker


@dataclass(frozen=True, slots=True)
class Worker:
    """Makes the application in a worker process, to which it travels."""

    workers: int

    def __call__(self) -> ASGIApp:
        """Return the application, and see to it that this process ends with its parent."""
        counts = Path(os.environ[_COUNTS])
        set_up_logs()
        threading.Thread(target=_end_with_parent, args=(counts,), daemon=True).start()
        return create_app(build_services(load_settings().share(self.workers), counts))


class Supervisor(Multiprocess):
    """Replaces workers that died, and waits for none that does not end.

    It asks none whether it is well, as its parent class does: on a busy machine a worker that is still
    importing does not answer, and meanwhile no signal would be heeded.
    """

    def __init__(self, config: Config, sockets: list[socket], counts: str) -> None:
        super().__init__(config, sockets)
        self._counts = counts

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that are gone; one that could not start would not the next time, either."""
        if self.should_exit.is_set():
            return
        for place, worker in enumerate(self.processes):
            if worker.process.is_alive():
                continue
            if worker.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                return
            log_event("worker_died", f"worker {worker.pid} is replaced", level=logging.ERROR)
            mark_process_dead(worker.pid, self._counts)  # type: ignore[no-untyped-call]  # it has no types
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def stay(self) -> None:
        """Heed no signal that would alter the workers: each has its share of the connections."""
        log_event("signal_ignored", "the workers stay as they are; end the engine, and start it anew")

    handle_hup = handle_ttin = handle_ttou = stay

    def join_all(self) -> None:
        """Wait for the workers to end, and end the others."""
        deadline = time.monotonic() + END_SECONDS
        for worker in self.processes:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.process.kill()
            worker.process.join()


def supervise(config: Config) -> int:
    """Keep as many workers as `config` says until SIGTERM or SIGINT; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="mmm-engine-") as counts:
        os.environ[_COUNTS] = counts
        supervisor = Supervisor(config, [config.bind_socket()], counts)
        supervisor.run()
    failed = any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes)
    return STARTUP_FAILURE if failed else 0


def _end_with_parent(counts: Path) -> None:
    """Wait for the parent's end, and end with it: well if that is possible, else all the same."""
    parent = parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    shutil.rmtree(counts, ignore_errors=True)  # the parent was killed, or it would have done so
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_SECONDS)
    os._exit(1)
