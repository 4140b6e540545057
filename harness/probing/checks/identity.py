"""How requests are told apart: X-Request-ID comes back where it is sane, and is made where it is not (4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.probing.breach import BreachError
from harness.probing.watching import header_of, of_the_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzzing.wire import Call
    from harness.probing.scene import Scene

NAME = "X-Request-ID"
SANE = ("request-4711-abc", "6d4e9a52-6f8e-4f0b-9d3a-0a1b2c3d4e5f")
# What each is worth is left open; no answer may hand it on as it is where it is no sane id.
LONG = "x" * 5000
NASTY = (LONG, "caf\xe9", "a\tb", "%0d%0aX-Injected: yes", "a, b; c=<d>", '{"$ne": 1}')
WORST = frozenset({LONG, "caf\xe9"})
VISIBLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def request_id(scene: Scene) -> Iterator[None]:
    """Send ids: a sane one comes back, with a refusal too; without one each has its own; none harms."""
    for sane, caller in zip(SANE, (scene.caller, None), strict=True):
        yield from _echoed(scene.ask(scene.valid, caller, (NAME, sane)), sane)
    yield from _own(scene)
    for nasty in NASTY:
        # What is written down of a success is more: there the worst of them is sent.
        call = scene.ask(scene.valid, scene.caller if nasty in WORST else None, (NAME, nasty))
        if not of_the_server(call):
            _harmless(call, nasty)
            yield


def _echoed(call: Call, sent: str) -> Iterator[None]:
    told = header_of(call, NAME.lower())
    if told != sent:
        raise BreachError(
            f"{NAME} {sent} was sent, and an answer of {call.status} has {told or 'none'}", call
        )
    yield


def _own(scene: Scene) -> Iterator[None]:
    first, second = (scene.ask(scene.valid, None) for _ in range(2))
    names = [header_of(call, NAME.lower()) for call in (first, second)]
    if not all(names):
        raise BreachError(f"an answer to a request without {NAME} has none", first, second)
    if names[0] == names[1]:
        raise BreachError(f"two answers to requests without {NAME} have the same", first, second)
    yield


def _harmless(call: Call, sent: str) -> None:
    told = header_of(call, NAME.lower())
    if not VISIBLE.fullmatch(told):
        raise BreachError(f"{NAME} of an answer is {told!r}, which is no plain text", call)
    if sent == LONG and told == LONG:
        raise BreachError(f"an {NAME} of {len(LONG)} characters comes back whole", call)
    if header_of(call, "x-injected"):
        raise BreachError(f"an {NAME} with encoded line ends made a header of its own", call)
