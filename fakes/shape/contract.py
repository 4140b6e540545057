"""A control API's own contract: what is sent to it is held against it, and it is shown to whoever asks.

Rules: contracts/openapi/control.yaml describes the control API of all fakes that speak HTTP, and
redis-control.yaml the one of Redis; each fake shows its part of its document, with its own names (operations,
faults) filled in. It is read when it is first needed, not when a fake starts.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contracts.document import load_document
from contracts.validation import check_request
from fakes.shape.errors import RefusedError
from fakes.shape.pointers import Pointer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.http.request import Request

Enums = Mapping[str, Sequence[str | None]]
"""What may stand at a schema, by its JSON Pointer below the document's schemas."""

_MOST_TOLD = 3


class ControlContract:
    """The contract of one fake's control API; `served` are the control operations that it has."""

    def __init__(self, name: str, served: Iterable[str], *, document: str, enums: Enums) -> None:
        self._name = name
        self._served = frozenset(served)
        self._document = document
        self._enums = enums

    def wrong(self, request: Request) -> RefusedError | None:
        """Return the refusal of a request that breaks the contract; None for one that keeps it.

        A body is read as JSON whatever type it says it has: `curl -d` says "form" unless it is told.
        """
        document = load_document(self._document)
        method = "GET" if request.method == "HEAD" else request.method
        headers = {**request.headers, "content-type": "application/json"}
        path = request.path.removeprefix(document.base_path)
        if document.find(method, path) is None:
            return None  # a test sees to it that every control operation is in the document
        found = check_request(document, method, path, request.query, headers, request.body)
        if not found:
            return None
        told = "; ".join(f"{violation.pointer}: {violation.message}" for violation in found[:_MOST_TOLD])
        more = f" (and {len(found) - _MOST_TOLD} more)" if len(found) > _MOST_TOLD else ""
        return RefusedError(400, told + more)

    def document(self) -> dict[str, Any]:
        """Return this fake's part of the document, as OpenAPI."""
        document = load_document(self._document)
        raw = copy.deepcopy(document.raw)
        raw["info"]["title"] += f" of {self._name}"
        raw["paths"] = {template: self._item(template, item) for template, item in raw["paths"].items()}
        raw["paths"] = {template: item for template, item in raw["paths"].items() if item}
        for pointer, names in self._enums.items():
            Pointer.parse(pointer).find(raw["components"]["schemas"], None)["enum"] = list(names)
        return raw

    def _item(self, template: str, item: dict[str, Any]) -> dict[str, Any]:
        base = load_document(self._document).base_path
        served = {method for method in item if f"{method.upper()} {base}{template}" in self._served}
        return {
            name: node for name, node in item.items() if name in served or (served and name == "parameters")
        }
