"""What is asked of a container's keeper, and what it answers.

Rule: plain data; an order holds a password, so it travels in the environment, not on the command line.
"""

from __future__ import annotations

import msgspec

VARIABLE = "MMM_CONTAINER_ORDER"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A container to run: its image, its environment, its command, and the one port to reach it by.

    `files` are put into it before it starts, by path: what neither `ps` nor its environment is to show.
    """

    image: str
    port: int
    env: dict[str, str] = {}
    command: tuple[str, ...] = ()
    files: dict[str, str] = {}


class Place(msgspec.Struct, frozen=True):
    """Where the container's port is reached, and the id of the image that it really is."""

    host: str
    port: int
    image_id: str
