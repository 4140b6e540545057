"""Scripted misbehaviour: one file, one frozen dataclass for each; this dict is the list."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from fakes.shape.faults.contract_breaking_json import ContractBreakingJson
from fakes.shape.faults.delay import Delay
from fakes.shape.faults.empty_reply import EmptyReply
from fakes.shape.faults.fitness import require_fit
from fakes.shape.faults.huge_body import HugeBody
from fakes.shape.faults.malformed_json import MalformedJson
from fakes.shape.faults.never_answer import NeverAnswer
from fakes.shape.faults.processed_but_no_answer import ProcessedButNoAnswer
from fakes.shape.faults.random_bytes import RandomBytes
from fakes.shape.faults.redirect_loop import RedirectLoop
from fakes.shape.faults.reset import Reset
from fakes.shape.faults.slow_body import SlowBody
from fakes.shape.faults.status import Status
from fakes.shape.faults.truncated_body import TruncatedBody
from fakes.shape.faults.wrong_content_type import WrongContentType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.faults.scene import Scene

__all__ = ["FAULTS", "Fault", "make_fault", "require_fit"]


class Fault(Protocol):
    """One way to misbehave; the docstring of each is its promise."""

    async def strike(self, scene: Scene) -> None:
        """Misbehave once."""


FAULTS: Mapping[str, type[Fault]] = {
    "status": Status,
    "delay": Delay,
    "never_answer": NeverAnswer,
    "empty_reply": EmptyReply,
    "slow_body": SlowBody,
    "truncated_body": TruncatedBody,
    "wrong_content_type": WrongContentType,
    "malformed_json": MalformedJson,
    "contract_breaking_json": ContractBreakingJson,
    "random_bytes": RandomBytes,
    "reset": Reset,
    "huge_body": HugeBody,
    "redirect_loop": RedirectLoop,
    "processed_but_no_answer": ProcessedButNoAnswer,
}


def make_fault(order: Mapping[str, Any]) -> tuple[str, Fault]:
    """Return kind and fault of `{"kind": …, settings…}`; ValueError says what is wrong with it."""
    kind = order.get("kind")
    made = FAULTS.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or made is None:
        raise ValueError(f"unknown fault kind {kind!r}; there are {', '.join(FAULTS)}")
    settings = {name: _whole(value) for name, value in order.items() if name != "kind"}
    known = {field.name for field in fields(made)}  # type: ignore[arg-type]  # every fault is a dataclass
    if settings.keys() - known:
        raise ValueError(f"fault {kind} has no {', '.join(sorted(settings.keys() - known))}")
    try:
        return kind, msgspec.convert(settings, made)
    except msgspec.ValidationError as error:
        raise ValueError(f"fault {kind}: {error}") from None


def _whole(value: object) -> object:
    """Return 3 for 3.0: they are the same integer in JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
