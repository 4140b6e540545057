"""A contract: one OpenAPI 3.1 document, read once, with its operations.

Rule: the YAML files are written by hand from the specification and never generated from an implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from contracts.resources import read_openapi
from contracts.routing import Match, Operation, Router

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    "engine",
    "iam",
    "eris",
    "policy",
    "llm",
    "ubi",
    "governance",
    "alerting",
    "otlp",
    "control",
    "redis-control",
)

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI document. Paths are below `base_path`. Equal only to itself."""

    name: str
    raw: dict[str, Any]

    @cached_property
    def base_path(self) -> str:
        """Return what stands before every path on the wire: "" or a path without a closing slash."""
        url: str = self.raw.get("servers", [{"url": "/"}])[0]["url"]
        return url.rstrip("/")

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Return the operations, in the order of the document."""
        return tuple(self._read_operations())

    def find(self, method: str, path: str) -> Match | None:
        """Return the operation that this method and path mean, or None."""
        return self._router.find(method, path)

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that some operation at this path has, sorted; empty for an unknown path."""
        return self._router.allowed_methods(path)

    @cached_property
    def _router(self) -> Router:
        return Router(self.operations)

    def _read_operations(self) -> Iterator[Operation]:
        for template, item in self.raw["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(method, template, item[method])

    def _operation(self, method: str, template: str, node: dict[str, Any]) -> Operation:
        return Operation(
            operation_id=node["operationId"],
            method=method.upper(),
            template=template,
            requirements=tuple(node.get("x-requirements", ())),
            optional=node.get("x-optional", False),
            public=not node.get("security", self.raw.get("security")),
            scopes=tuple(node.get("x-scopes", ())),
            roles=tuple(node.get("x-roles", ())),
            or_self=node.get("x-or-self", False),
            refuses_secrets=node.get("x-secrets") == "refused",
        )


@cache
def load_document(name: str) -> Document:
    """Return the contract of that name, one of `NAMES`."""
    if name not in NAMES:
        raise ValueError(f"no contract {name!r}; there are: {', '.join(NAMES)}")
    return Document(name, read_openapi(name))
