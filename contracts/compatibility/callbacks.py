"""Callbacks and webhooks: calls that a server makes, in which the client is the one who answers.

Rule: whether they differ is compared as for any operation; how bad that is for whoever is called is not said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from contracts.compatibility.ledger import Ledger
from contracts.compatibility.model import Effect

if TYPE_CHECKING:
    from contracts.compatibility.ledger import Scribe
    from contracts.compatibility.nodes import Node

Compare = Callable[[Ledger, "Node", "Node"], None]


def compare_callbacks(scribe: Scribe, operations: tuple[Node, Node], compare_item: Compare) -> None:
    """Note down what differs in the calls that two operations lead to."""
    old, new = operations
    before, after = old.members("callbacks"), new.members("callbacks")
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            if _calls_differ(scribe.ledger, was.followed(), now.followed(), compare_item):
                scribe.changed("callback-changed", was, now)
        elif was is not None:
            scribe.removed("callback-removed", was, new)
        elif now is not None:
            scribe.added("callback-added", old, now)


def _calls_differ(ledger: Ledger, old: Node, new: Node, compare_item: Compare) -> bool:
    before = {name for name in old.mapping if not name.startswith("x-")}
    after = {name for name in new.mapping if not name.startswith("x-")}
    return before != after or any(
        differ(ledger, old.at(name), new.at(name), compare_item) for name in sorted(before)
    )


def differ(ledger: Ledger, old: Node, new: Node, compare_item: Compare) -> bool:
    """Say whether two calls differ in more than notes."""
    inner = Ledger(ledger.graph)
    compare_item(inner, old.followed(), new.followed())
    return any(change.rule.effect is not Effect.NONE for change in inner.changes())


def compare_webhooks(ledger: Ledger, old: Node, new: Node, compare_item: Compare) -> None:
    """Note down what differs in the calls that servers make by themselves."""
    before, after = old.members("webhooks"), new.members("webhooks")
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is not None and now is not None:
            if differ(ledger, was, now, compare_item):
                ledger.note("webhook-changed", was.spot(), now.spot())
        elif was is not None:
            ledger.note("webhook-removed", was.spot(), new.lack())
        elif now is not None:
            ledger.note("webhook-added", old.lack(), now.spot())
