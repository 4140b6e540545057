"""Which operations a fault can strike at all, by what their contract says of their answers.

Rule: pure functions of the compiled document; a fault that could never strike is refused when it is armed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import jsonschema_rs

from contracts.compiled import compile_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compiled import Checks
    from contracts.document import Document
    from fakes.shape.faults.breaking import Way

# One of each type; of these a schema that says anything about type or members takes not all.
_ONE_OF_EACH: tuple[Any, ...] = (None, True, 0, "", [], {})


@runtime_checkable
class Particular(Protocol):
    """A fault that not every operation can suffer."""

    def fits(self, checks: Checks) -> bool:
        """Say whether an answer of this operation can be spoilt like this."""


def require_fit(kind: str, fault: object, document: Document, operation: str | None) -> None:
    """Raise ValueError where the fault could never strike this operation, nor any where None is named."""
    if not isinstance(fault, Particular):
        return
    everything = compile_document(document).values()
    named = [checks for checks in everything if operation in (None, checks.operation.name)]
    if not any(fault.fits(checks) for checks in named):
        raise ValueError(
            f"fault {kind}: no answer of {operation or document.name} can be spoilt like this: "
            "its contract says too little about it, or it is no JSON"
        )


def is_json(content_type: str | None) -> bool:
    """Say whether a content type means JSON."""
    return (content_type or "").partition(";")[0].strip().lower().endswith("json")


def answers_json(checks: Checks) -> bool:
    """Say whether an operation has a success in JSON."""
    return any(True for _ in _successes(checks))


def can_be_broken(checks: Checks, ways: frozenset[Way]) -> bool:
    """Say whether JSON can break the schema of a success: by a missing member, or by another type."""
    return any(validator is not None and _breakable(validator, ways) for validator in _successes(checks))


def _breakable(validator: jsonschema_rs.Validator, ways: frozenset[Way]) -> bool:
    required = jsonschema_rs.ValidationErrorKind.Required
    by_member = "dropping" in ways and any(
        isinstance(error.kind, required) for error in validator.iter_errors({})
    )
    by_type = "retyping" in ways and not all(validator.is_valid(value) for value in _ONE_OF_EACH)
    return by_member or by_type


def _successes(checks: Checks) -> Iterator[jsonschema_rs.Validator | None]:
    for status, response in checks.responses.items():
        if status.startswith("2"):
            yield from (validator for media, validator in response.contents.items() if is_json(media))
