"""Servers: the addresses below which the paths stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.compatibility.nodes import Node
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from contracts.compatibility.ledger import Scribe


def compare_servers(scribe: Scribe, old: tuple[Node, ...], new: tuple[Node, ...]) -> None:
    """Note down what differs in the addresses; a side is an operation and what it stands in, inmost first."""
    (before_at, before), (after_at, after) = _servers(old), _servers(new)
    for url in sorted({*before, *after}):
        was, now = before.get(url), after.get(url)
        if was is not None and now is not None:
            if _variables(was) != _variables(now):
                scribe.changed("server-variable-changed", was, now)
        elif was is not None:
            scribe.removed("server-removed", was, after_at)
        elif now is not None:
            scribe.added("server-added", before_at, now)


def _servers(places: tuple[Node, ...]) -> tuple[Node, dict[str, Node]]:
    """Return the inmost addresses that are said, and where; none said: the root of where the document is."""
    for place in places:
        listed = place.elements("servers")
        if listed:
            return place, {node.words("url").rstrip("/"): node for node in listed}
    root = places[-1]
    return root, {"": Node(root.description, root.pointer, {"url": "/"})}


def _variables(server: Node) -> str:
    if "variables" not in server.mapping:
        return canonical({})
    return canonical(
        {
            name: {key: node.mapping.get(key) for key in ("default", "enum")}
            for name, node in server.named("variables").items()
        }
    )
