"""Which handler a method and a path mean; operations are named "METHOD /template", as in the documents.

Rule: pure. HEAD is answered where GET is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from contracts.routing import Operation
from contracts.routing import Router as Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

H = TypeVar("H")


@dataclass(frozen=True, slots=True)
class Route(Generic[H]):
    """An operation that is served, and what its path says."""

    operation: str
    handler: H
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Nothing is served there; `allowed` are the methods that are, empty for an unknown path."""

    allowed: tuple[str, ...]


class Routes(Generic[H]):
    """A table of handlers by operation."""

    def __init__(self, table: Mapping[str, H]) -> None:
        self._table = dict(table)
        self._paths = Paths(_operation(name) for name in table)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of what is served."""
        return tuple(self._table)

    def find(self, method: str, path: str) -> Route[H] | NoRoute:
        """Return the route, or what there is instead."""
        match = self._paths.find("GET" if method == "HEAD" else method, path)
        if match is None:
            return NoRoute(self._allowed(path))
        name = match.operation.name
        return Route(name, self._table[name], match.path_params)

    def _allowed(self, path: str) -> tuple[str, ...]:
        methods = self._paths.allowed_methods(path)
        return tuple(sorted((*methods, "HEAD"))) if "GET" in methods else methods


def _operation(name: str) -> Operation:
    method, _, template = name.partition(" ")
    return Operation(name, method, template)
