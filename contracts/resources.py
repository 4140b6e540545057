"""The contract files as data, and one registry in which a `$ref` from one to another resolves.

Rule: files are read from the package itself, never from the working directory or the network.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import yaml

from contracts.parsed import read_parsed

_ROOT = "contract:///"
_SCHEMAS = b'"../schemas/'
_HERE = Path(__file__).parent


def read_openapi(name: str) -> dict[str, Any]:
    """Return openapi/<name>.yaml as written."""
    document: dict[str, Any] = read_parsed(_HERE / "openapi" / f"{name}.yaml", parse_yaml)
    return document


def parse_yaml(text: str) -> Any:  # noqa: ANN401 - any value that YAML can say
    """Return what a YAML text says."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is the safe one


@cache
def read_schemas() -> dict[str, dict[str, Any]]:
    """Return every schemas/<name>.json by name."""
    found = sorted((_HERE / "schemas").glob("*.json"))
    return {entry.stem: json.loads(entry.read_text(encoding="utf-8")) for entry in found}


def openapi_uri(name: str) -> str:
    """Return the address under which that document stands in a registry."""
    return f"{_ROOT}openapi/{name}.yaml"


def schema_uri(name: str) -> str:
    """Return the address under which that schema stands in a registry."""
    return f"{_ROOT}schemas/{name}.json"


def registry(*documents: tuple[str, dict[str, Any]]) -> jsonschema_rs.Registry:
    """Return a registry of these documents (name, content) and of every schema.

    Documents that refer to no schema go without: it would be a tenth of what a fake needs to start.
    """
    openapi = [(openapi_uri(name), content) for name, content in documents]
    needed = not documents or any(_SCHEMAS in msgspec.json.encode(content) for _, content in documents)
    known = read_schemas() if needed else {}
    schemas = [(schema_uri(name), content) for name, content in known.items()]
    return jsonschema_rs.Registry([*openapi, *schemas], draft=jsonschema_rs.Draft202012)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # either is a safe loader
    """YAML's safe loader, except that a date stays the text that was written, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
