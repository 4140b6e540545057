"""Which operation of a document a method and a path mean.

Rule: a pure function of the document; a literal segment wins over a parameter, as OpenAPI says, and a
parameter takes one whole segment, percent-decoded and never empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document.

    `requirements`: what a breach of it is blamed on. `public`: it asks for no credentials.
    """

    operation_id: str
    method: str
    template: str
    requirements: tuple[str, ...] = ()
    public: bool = False

    @property
    def name(self) -> str:
        """Return "METHOD /path/template", the way findings, scripts and journals name an operation."""
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and what the path gave for each of its parameters."""

    operation: Operation
    path_params: Mapping[str, str]


class Router:
    """Find operations by method and path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in operations:
            segments = _segments(operation.template)
            self._routes.setdefault(len(segments), []).append((segments, operation))
        for routes in self._routes.values():
            routes.sort(key=lambda route: [segment.startswith("{") for segment in route[0]])

    def find(self, method: str, path: str) -> Match | None:
        """Return the operation that this method and path mean, or None."""
        segments = _segments(path)
        for template, operation in self._routes.get(len(segments), ()):
            if operation.method == method and _fits(template, segments):
                return Match(operation, _parameters(template, segments))
        return None

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that some operation at this path has, sorted; empty for an unknown path."""
        segments = _segments(path)
        routes = self._routes.get(len(segments), ())
        return tuple(
            sorted({operation.method for template, operation in routes if _fits(template, segments)})
        )


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def _fits(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(
        bool(segment) if part.startswith("{") else part == segment
        for part, segment in zip(template, segments, strict=True)
    )


def _parameters(template: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str]:
    return {
        part[1:-1]: unquote(segment)
        for part, segment in zip(template, segments, strict=True)
        if part.startswith("{")
    }
