"""What there is to cover of the engine's contract, for this engine: declared before anybody covers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.coverage import Kind, operations_of, points_of, unreached
from contracts.document import load_document
from reports.record import CoverageDeclared
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from contracts.document import Document

LACKING = "the engine need not have this operation, and has not"


def declared(missing: Collection[str], document: Document | None = None) -> CoverageDeclared:
    """Return the points of the contract by kind; `missing` are operations that the engine lacks."""
    contract = document or load_document("engine")
    points = points_of(contract)
    return CoverageDeclared(
        at=now(),
        points={kind.value: tuple(name for name in points if points[name] is kind) for kind in Kind},
        unreached=unreached(contract, points) | dict(_lacking(contract, missing)),
    )


def _lacking(document: Document, missing: Collection[str]) -> Iterator[tuple[str, str]]:
    """Excuse the points of what an engine need not have and has not."""
    for operation in document.operations:
        if operation.optional and operation.name in missing:
            yield from ((name, LACKING) for name in operations_of(document)[operation.name])
