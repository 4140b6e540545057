"""What an engine publishes of itself, against the contract that it should keep.

Rule: the contract is the old document and what is published the new one: a change is what a client of the
contract meets. Paths count with the address before them, wherever a document writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.compatibility.comparing import compare
from contracts.compatibility.paths import METHODS

if TYPE_CHECKING:
    from contracts.compatibility.model import Change
    from contracts.compatibility.nodes import Description

OPTIONAL = "x-optional"


def drift(contract: Description, published: Description) -> tuple[Change, ...]:
    """Return how what is published differs from the contract; what an engine need not have may be missing."""
    bases = base_path(contract), base_path(published)
    changes = compare(contract, published, bases=bases)
    return tuple(change for change in changes if not _may_be_missing(change))


def base_path(description: Description) -> str:
    """Return the path that stands before every path of a document, without a closing slash."""
    servers = description.root.elements("servers")
    if not servers:
        return ""
    url = servers[0].words("url")
    for name, variable in servers[0].named("variables").items():
        url = url.replace(f"{{{name}}}", variable.words("default"))
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        raise servers[0].at("url").error("is no address", "write it as RFC 3986 says") from None


def _may_be_missing(change: Change) -> bool:
    value = change.old.value
    match change.rule.id:
        case "operation-removed" | "deprecated-operation-removed":
            return bool(value.get(OPTIONAL))
        case "path-removed" | "deprecated-path-removed":
            operations = [value[method] for method in METHODS if method in value]
            return bool(operations) and all(operation.get(OPTIONAL) for operation in operations)
        case _:
            return False
