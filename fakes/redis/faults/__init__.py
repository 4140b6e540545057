"""Misbehaviour that only a Redis can have: one file, one frozen dataclass for each; this dict is the list."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import msgspec

from fakes.redis.faults.error import Error
from fakes.redis.faults.failover import Failover
from fakes.redis.faults.hang import Hang
from fakes.redis.faults.lost_expiry import LostExpiry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.redis.faults.scene import Scene
    from fakes.redis.strict import Command


class Fault(Protocol):
    """One way to misbehave; the docstring of each is its promise."""

    async def strike(self, scene: Scene) -> None:
        """Misbehave on one command, and say so with `scene.fire`; or let it be."""


@runtime_checkable
class Choosy(Protocol):
    """A fault that not every command can suffer; `names` are those that can."""

    names: ClassVar[frozenset[bytes]]

    def means(self, command: Command) -> bool:
        """Say whether this one can."""


@runtime_checkable
class Remembering(Protocol):
    """A fault that has to remember from one command to the next."""

    def begin(self, now: float) -> Fault:
        """Return the fault as it is armed, with a memory of its own."""


FAULTS: Mapping[str, type[Fault | Remembering]] = {
    "error": Error,
    "hang": Hang,
    "lost_expiry": LostExpiry,
    "failover": Failover,
}


def make_fault(order: Mapping[str, Any], now: float) -> tuple[str, Fault]:
    """Return kind and fault of `{"kind": …, settings…}`; ValueError says what is wrong with it."""
    kind = order.get("kind")
    made = FAULTS.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or made is None:
        raise ValueError(f"unknown fault kind {kind!r}; there are {', '.join(FAULTS)}")
    settings = {name: value for name, value in order.items() if name != "kind"}
    known = {field.name for field in fields(made)}  # type: ignore[arg-type]  # every fault is a dataclass
    if settings.keys() - known:
        raise ValueError(f"fault {kind} has no {', '.join(sorted(settings.keys() - known))}")
    try:
        fault = msgspec.convert(settings, made)
    except msgspec.ValidationError as error:
        raise ValueError(f"fault {kind}: {error}") from None
    return kind, fault.begin(now) if isinstance(fault, Remembering) else fault
