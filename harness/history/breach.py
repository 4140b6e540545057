"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.history.calls import Call
    from harness.history.history import History

# How many things of each kind of evidence a check has to look at; none at all: it is not exercised.
Looked = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of one rule.

    `what` is the kind of breach, the same words each time: breaches of one kind on one operation are one bug.
    `call` is the offending one, where there is one.
    """

    what: str
    detail: str
    call: Call | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule over a whole run: what it speaks for, how much it can look at, and what breaks it.

    `counts`: it says nothing where a request may be missing in the record.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    looks: Callable[[History], Looked]
    breaches: Callable[[History], Iterable[Breach]]
    counts: bool = False
