"""Paths and operations, matched by what they are on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.compatibility.bodies import compare_request_body
from contracts.compatibility.callbacks import compare_callbacks
from contracts.compatibility.ledger import Ledger, Scribe
from contracts.compatibility.parameters import compare_parameters, parameters_of
from contracts.compatibility.responses import compare_responses
from contracts.compatibility.security import access_of, compare_access
from contracts.compatibility.servers import compare_servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.compatibility.nodes import Node

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")
NAME = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Documents:
    """Both documents, the old names of security schemes that the new one calls otherwise, and the bases.

    With `bases`, what the servers are is not compared: each document's paths stand below its own.
    """

    old: Node
    new: Node
    aliases: Mapping[str, str]
    bases: tuple[str, str] | None = None


def compare_paths(ledger: Ledger, documents: Documents) -> None:
    """Note down what differs in the paths."""
    bases = documents.bases or ("", "")
    before, after = _below(documents.old, bases[0]), _below(documents.new, bases[1])
    twins = dict(_twins(before, after))
    for template, other in twins.items():
        _compare_names(ledger, before[template], after[other], (template, other))
        compare_item(
            ledger, documents, before[template].followed(), after[other].followed(), (template, other)
        )
    for template in sorted(before.keys() - twins.keys()):
        _remove(ledger, before[template], _paths(documents.new), template)
    for template in sorted(after.keys() - set(twins.values())):
        ledger.note("path-added", _paths(documents.old).lack(), after[template].spot(), template)


def _below(root: Node, base: str) -> dict[str, Node]:
    return {base + template: node for template, node in root.members("paths").items()}


def _paths(root: Node) -> Node:
    return root.get("paths") or root


def _twins(before: Mapping[str, Node], after: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Yield the paths that are the same on the wire, whatever they call their parts."""
    exact = before.keys() & after.keys()
    yield from ((template, template) for template in sorted(exact))
    left = {NAME.sub("{}", template): template for template in sorted(after.keys() - exact, reverse=True)}
    for template in sorted(before.keys() - exact):
        other = left.pop(NAME.sub("{}", template), None)
        if other is not None:
            yield template, other


def _compare_names(ledger: Ledger, old: Node, new: Node, templates: tuple[str, str]) -> None:
    if templates[0] != templates[1]:
        ledger.note("path-parameter-renamed", old.spot(), new.spot(), templates[0])


def _remove(ledger: Ledger, item: Node, holder: Node, template: str) -> None:
    operations = _operations(item.followed()).values()
    announced = operations and all(node.flag("deprecated") for node in operations)
    rule = "deprecated-path-removed" if announced else "path-removed"
    ledger.note(rule, item.spot(), holder.lack(), template)


def _operations(item: Node) -> dict[str, Node]:
    return {method: item.at(method) for method in METHODS if method in item.mapping}


def compare_item(
    ledger: Ledger, documents: Documents, old: Node, new: Node, templates: tuple[str, str]
) -> None:
    """Note down what differs in the operations of a path."""
    before, after = _operations(old), _operations(new)
    for method in sorted({*before, *after}):
        scribe = Scribe(ledger, f"{method.upper()} {templates[0]}")
        was, now = before.get(method), after.get(method)
        if was is not None and now is not None:
            _compare(scribe, documents, (old, was), (new, now), templates)
        elif was is not None:
            word = "deprecated-operation" if was.flag("deprecated") else "operation"
            scribe.removed(f"{word}-removed", was, new)
        elif now is not None:
            scribe.added("operation-added", old, now)


def _compare(
    scribe: Scribe,
    documents: Documents,
    old: tuple[Node, Node],
    new: tuple[Node, Node],
    templates: tuple[str, str],
) -> None:
    """Compare two operations, each with the path that it stands in."""
    renamed = dict(zip(NAME.findall(templates[1]), NAME.findall(templates[0]), strict=True))
    before, after = old[1], new[1]
    _compare_notes(scribe, before, after)
    compare_parameters(scribe, parameters_of(*old, {}), parameters_of(*new, renamed))
    compare_request_body(scribe, before, after)
    compare_responses(scribe, before, after)
    compare_access(
        scribe, access_of(before, documents.old, {}), access_of(after, documents.new, documents.aliases)
    )
    if documents.bases is None:
        compare_servers(scribe, (before, old[0], documents.old), (after, new[0], documents.new))
    compare_callbacks(
        scribe,
        (before, after),
        lambda ledger, was, now: compare_item(ledger, documents, was, now, ("", "")),
    )


def _compare_notes(scribe: Scribe, old: Node, new: Node) -> None:
    if old.flag("deprecated") != new.flag("deprecated"):
        word = "deprecated" if new.flag("deprecated") else "undeprecated"
        scribe.member(f"operation-{word}", old, new, "deprecated")
    was, now = old.words("operationId"), new.words("operationId")
    if was != now:
        word = "changed" if was and now else "added" if now else "removed"
        scribe.member(f"operation-id-{word}", old, new, "operationId")
    before, after = _tags(old), _tags(new)
    for tag in sorted(before.keys() - after.keys()):
        scribe.removed("operation-tag-removed", before[tag], new)
    for tag in sorted(after.keys() - before.keys()):
        scribe.added("operation-tag-added", old, after[tag])


def _tags(operation: Node) -> dict[str, Node]:
    return {node.text: node for node in operation.elements("tags")}
