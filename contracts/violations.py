"""A breach of a contract, as data.

Rule: a message never repeats a value, since values may be tokens or secrets; it may name members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach. Two with one key are one bug.

    `rule` is the part of the message and what is wrong with it ("body.required", "query.unknown",
    "status.undocumented"); `operation` is "METHOD /path/template", "" where no operation was found;
    `pointer` is a JSON Pointer into the message, which begins with its part: "/body/token", "/query/limit",
    "/path/playbook_id", "/header/x-request-id", "/status".
    """

    rule: str
    operation: str
    pointer: str
    message: str

    @property
    def key(self) -> tuple[str, str]:
        """Return the identity: (rule, operation)."""
        return (self.rule, self.operation)


def compile_schema(reference: str, registry: jsonschema_rs.Registry) -> jsonschema_rs.Draft202012Validator:
    """Return a validator of the schema at this address: Draft 2020-12, formats asserted, values masked."""
    return jsonschema_rs.Draft202012Validator(
        {"$ref": reference}, registry=registry, validate_formats=True, mask="the value", offline=True
    )


# The library makes its own tables with the first schema: with the import, and not while somebody starts.
compile_schema(
    "contract:///", jsonschema_rs.Registry([("contract:///", {})], draft=jsonschema_rs.Draft202012)
)


def schema_violations(
    validator: jsonschema_rs.Validator, instance: object, *, part: str, operation: str, at: str = ""
) -> list[Violation]:
    """Return how the instance breaks the schema; `part` and `at` say where in the message it stands."""
    try:
        if validator.is_valid(instance):
            return []
        errors = validator.iter_errors(instance)
        return [
            Violation(f"{part}.{error.kind.name}", operation, f"/{part}{at}{pointer}", error.message)
            for error in errors
            for pointer in _pointers(error)
        ]
    except UnicodeEncodeError:
        return [Violation(f"{part}.encoding", operation, f"/{part}{at}", "a lone surrogate is no character")]
    except ValueError:  # how the library says that it went too deep
        return [Violation(f"{part}.depth", operation, f"/{part}{at}", "nested too deeply to be checked")]


def _pointers(error: jsonschema_rs.ValidationError) -> Iterator[str]:
    """Yield where the error is: at each unexpected or missing member itself, not at what should hold it."""
    base = "".join(f"/{escape(str(step))}" for step in error.instance_path)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(name):
            yield f"{base}/{escape(name)}"
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(
            names
        ) | jsonschema_rs.ValidationErrorKind.UnevaluatedProperties(names):
            yield from (f"{base}/{escape(name)}" for name in names)
        case _:
            yield base


def escape(step: str) -> str:
    """Return a step of a JSON Pointer, escaped (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")
