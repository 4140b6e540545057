"""Scripted misbehaviour: one file, one frozen dataclass for each; this dict is the list."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from fakes.shape.faults.delay import Delay
from fakes.shape.faults.never_answer import NeverAnswer
from fakes.shape.faults.reset import Reset
from fakes.shape.faults.status import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.faults.scene import Scene


class Fault(Protocol):
    """One way to misbehave; the docstring of each is its promise."""

    async def strike(self, scene: Scene) -> None:
        """Misbehave once."""


FAULTS: Mapping[str, type[Fault]] = {
    "status": Status,
    "delay": Delay,
    "never_answer": NeverAnswer,
    "reset": Reset,
}


def make_fault(order: Mapping[str, Any]) -> tuple[str, Fault]:
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
        return kind, msgspec.convert(settings, made)
    except msgspec.ValidationError as error:
        raise ValueError(f"fault {kind}: {error}") from None
