"""The comparison of two descriptions of an API.

Rule: a pure function; it reads no file but those that a `$ref` names and its caller gave leave to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.compatibility.callbacks import compare_webhooks
from contracts.compatibility.ledger import Ledger
from contracts.compatibility.nodes import DocumentError
from contracts.compatibility.paths import Documents, compare_item, compare_paths
from contracts.compatibility.security import aliases_of, compare_schemes, schemes_of

if TYPE_CHECKING:
    from contracts.compatibility.model import Change
    from contracts.compatibility.nodes import Description, Node

DIALECT = "https://spec.openapis.org/oas/3.1/dialect/base"


def compare(
    old: Description, new: Description, *, bases: tuple[str, str] | None = None
) -> tuple[Change, ...]:
    """Return every difference between two descriptions that has a rule, worst first.

    With `bases` each document's paths stand below one, and what the servers are is not compared.
    """
    ledger = Ledger()
    try:
        _compare(ledger, old.root, new.root, bases)
        return ledger.changes()
    except RecursionError:
        problem = f"it or {old.name} is nested too deeply to be compared"
        raise DocumentError(new.name, "", problem, "give what is deep inside a name") from None


def _compare(ledger: Ledger, old: Node, new: Node, bases: tuple[str, str] | None) -> None:
    schemes = schemes_of(old), schemes_of(new)
    documents = Documents(old, new, aliases_of(schemes[1], schemes[0]), bases)
    compare_paths(ledger, documents)
    compare_schemes(ledger, *schemes)
    compare_webhooks(
        ledger, old, new, lambda inner, was, now: compare_item(inner, documents, was, now, ("", ""))
    )
    key = "jsonSchemaDialect"
    if old.words(key, DIALECT) != new.words(key, DIALECT):
        was, now = old.get(key), new.get(key)
        ledger.note("dialect-changed", was.spot() if was else old.lack(), now.spot() if now else new.lack())
