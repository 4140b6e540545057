"""The control API's own contract: what is sent to it is held against it, and it is shown to whoever asks.

Rules: contracts/openapi/control.yaml describes the control API of all fakes; each fake shows its part of it,
with its own operations and faults named. It is read when it is first needed, not when a fake starts.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from contracts.document import load_document
from contracts.validation import check_request
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fakes.http.request import Request

_MOST_TOLD = 3


class ControlContract:
    """The control API's contract, for one fake; `served` are the control operations that it has."""

    def __init__(
        self, name: str, served: Iterable[str], *, scriptable: Iterable[str], faults: Sequence[str]
    ) -> None:
        self._name = name
        self._served = frozenset(served)
        self._scriptable = sorted(scriptable)
        self._faults = list(faults)

    def wrong(self, request: Request) -> RefusedError | None:
        """Return the refusal of a request that breaks the contract; None for one that keeps it.

        A body is read as JSON whatever type it says it has: `curl -d` says "form" unless it is told.
        """
        document = load_document("control")
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
        control = load_document("control")
        raw = copy.deepcopy(control.raw)
        raw["info"]["title"] += f" of {self._name}"
        raw["paths"] = {template: self._item(template, item) for template, item in raw["paths"].items()}
        raw["paths"] = {template: item for template, item in raw["paths"].items() if item}
        schemas = raw["components"]["schemas"]
        schemas["Operation"]["enum"] = [*self._scriptable, None]
        schemas["Fault"]["properties"]["kind"]["enum"] = self._faults
        return raw

    def _item(self, template: str, item: dict[str, Any]) -> dict[str, Any]:
        base = load_document("control").base_path
        served = {method for method in item if f"{method.upper()} {base}{template}" in self._served}
        return {
            name: node for name, node in item.items() if name in served or (served and name == "parameters")
        }
