"""Which handler a method and a path mean; operations are named "METHOD /template", as in the documents.

Rule: pure. HEAD is answered where GET is. A path without parameters is looked up; only others are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from contracts.routing import Operation
from contracts.routing import Router as Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

H = TypeVar("H")


class Route(NamedTuple, Generic[H]):
    """An operation that is served, and what its path says."""

    operation: str
    handler: H
    params: Mapping[str, str]


class NoRoute(NamedTuple):
    """Nothing is served there; `allowed` are the methods that are, empty for an unknown path."""

    allowed: tuple[str, ...]


class Routes(Generic[H]):
    """A table of handlers by operation."""

    def __init__(self, table: Mapping[str, H]) -> None:
        self._table = dict(table)
        self._plain = {name: Route(name, handler, {}) for name, handler in table.items() if "{" not in name}
        self._paths = Paths(_operation(name) for name in table)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of what is served."""
        return tuple(self._table)

    def find(self, method: str, path: str) -> Route[H] | NoRoute:
        """Return the route, or what there is instead."""
        served = _served(method)
        plain = self._plain.get(f"{served} {path}")
        if plain is not None:
            return plain
        match = self._paths.find(served, path)
        if match is None:
            return NoRoute(self._allowed(path))
        name = match.operation.operation_id
        return Route(name, self._table[name], match.path_params)

    def _allowed(self, path: str) -> tuple[str, ...]:
        methods = self._paths.allowed_methods(path)
        return tuple(sorted((*methods, "HEAD"))) if "GET" in methods else methods


def serves(operation: str, method: str) -> bool:
    """Say whether a request of this method can be that operation."""
    return operation.partition(" ")[0] == _served(method)


def _served(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _operation(name: str) -> Operation:
    method, _, template = name.partition(" ")
    return Operation(name, method, template)
