"""JSON Schemas that stand by themselves: the receipt, and parts of them that have a name (`$defs`).

Rule: compiled once, since the ERIS fake checks every receipt of a load run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from contracts.resources import read_schemas, registry, schema_uri
from contracts.violations import Violation, compile_schema, schema_violations

if TYPE_CHECKING:
    import jsonschema_rs


@dataclass(frozen=True, eq=False)
class Schema:
    """A JSON Schema (Draft 2020-12, formats asserted)."""

    name: str
    raw: dict[str, Any]
    part: str | None = None

    def check(self, instance: object) -> list[Violation]:
        """Return how the instance breaks the schema; pointers begin with the schema's name."""
        return schema_violations(self._validator, instance, part=self.name, operation="")

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        below = "" if self.part is None else f"#/$defs/{self.part}"
        return compile_schema(schema_uri(self.name) + below, registry())


@cache
def load_schema(name: str, part: str | None = None) -> Schema:
    """Return schemas/<name>.json, or a part of it by its name in `$defs`."""
    schemas = read_schemas()
    if name not in schemas:
        raise ValueError(f"no schema {name!r}; there are: {', '.join(schemas)}")
    return Schema(name, schemas[name] if part is None else schemas[name]["$defs"][part], part)
