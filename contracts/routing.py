"""Which operation of a document a method and a path mean.

Rule: a pure function of the document; a literal segment wins over a parameter, as OpenAPI says, and a
parameter takes one whole segment, percent-decoded and never empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document.

    `requirements`: what a breach of it is blamed on. `public`: it asks for no credentials. `optional`: there
    need not be one (`x-optional`). `scopes` are all needed (`x-scopes`), of `roles` one (`x-roles`), which
    `or_self` the actor itself does not need (`x-or-self`). `refuses_secrets`: credentials (`x-secrets`).
    """

    operation_id: str
    method: str
    template: str
    requirements: tuple[str, ...] = ()
    public: bool = False
    optional: bool = False
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    or_self: bool = False
    refuses_secrets: bool = False

    @property
    def name(self) -> str:
        """Return "METHOD /path/template", the way findings, scripts and journals name an operation."""
        return f"{self.method} {self.template}"


class Match(NamedTuple):
    """An operation and what the path gave for each of its parameters."""

    operation: Operation
    path_params: Mapping[str, str]


class Router:
    """Find operations by method and path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._templates: dict[int, list[_Template]] = {}
        for template in map(_Template, operations):
            self._templates.setdefault(template.length, []).append(template)
        for templates in self._templates.values():
            templates.sort(key=lambda template: template.order)

    def find(self, method: str, path: str) -> Match | None:
        """Return the operation that this method and path mean, or None."""
        segments = path.split("/")
        for template in self._templates.get(len(segments), ()):
            if template.operation.method == method and template.fits(segments):
                return Match(template.operation, template.values(segments))
        return None

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that some operation at this path has, sorted; empty for an unknown path."""
        segments = path.split("/")
        templates = self._templates.get(len(segments), ())
        return tuple(sorted({one.operation.method for one in templates if one.fits(segments)}))


class _Template:
    """A path template, taken apart into what must be there and what may be anything."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        parts = tuple(enumerate(operation.template.split("/")))
        self.length = len(parts)
        self.order = [part.startswith("{") for _, part in parts]
        self._literals = tuple((at, part) for at, part in parts if not part.startswith("{"))
        self._parameters = tuple((at, part[1:-1]) for at, part in parts if part.startswith("{"))

    def fits(self, segments: list[str]) -> bool:
        """Say whether a path of as many segments is one of its."""
        for at, literal in self._literals:
            if segments[at] != literal:
                return False
        return all(segments[at] for at, _ in self._parameters)

    def values(self, segments: list[str]) -> dict[str, str]:
        """Return what such a path gives for each parameter."""
        return {name: unquote(segments[at]) for at, name in self._parameters}
