"""`python -m harness.services.containers`: keep one container for as long as this process lives.

The order comes in the environment; one line of JSON on standard output says where the port is reached; the
container is removed, with its data, on SIGTERM or SIGINT.

Rule: those signals are held back except while waiting for one, so that none comes between the making of a
container and our knowing of it.
"""

from __future__ import annotations

import os
import signal
import sys

import msgspec
from docker.errors import DockerException  # type: ignore[import-untyped]  # it has no types
from testcontainers.core.container import DockerContainer

from harness.services.containers.order import VARIABLE, Order, Place

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
NO_ENVIRONMENT = 3


def main() -> int:
    """Run the container until told to end; return the exit code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    order = msgspec.json.decode(os.environ.pop(VARIABLE), type=Order)
    try:
        container = DockerContainer(order.image).with_envs(**order.env)
    except DockerException as error:
        return _say(f"no Docker engine answers: start one, or take another --environment ({error})")
    container.with_exposed_ports(order.port).with_command(list(order.command))
    for path, text in order.files.items():
        container.with_copy_into_container(text.encode(), path)
    try:
        with container:
            return _kept(container, order)
    except DockerException as error:
        return _say(f"the image {order.image} cannot be run: {error}")


def _kept(container: DockerContainer, order: Order) -> int:
    """Tell where a container is reached, and wait to be told to end."""
    try:
        port = container.get_exposed_port(order.port)
        image_id = container.get_wrapped_container().attrs["Image"]
        place = Place(container.get_container_host_ip(), port, image_id)
    except (StopIteration, TimeoutError):  # how the library says that it does not run
        last = b" ".join(container.get_logs()).decode("utf-8", "replace").splitlines()[-3:]
        return _say(f"the image {order.image} ended at once: {' '.join(last)}")
    sys.stdout.buffer.write(msgspec.json.encode(place) + b"\n")
    sys.stdout.flush()
    signal.sigwait(ENDING)
    return 0


def _say(line: str) -> int:
    sys.stderr.write(" ".join(line.split()) + "\n")
    return NO_ENVIRONMENT


if __name__ == "__main__":
    sys.exit(main())
