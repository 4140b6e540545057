"""Parameters: where they are sent, whether they must be, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.compatibility.bodies import compare_contents
from contracts.compatibility.model import Side
from contracts.compatibility.shapes import Shape, schema_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.compatibility.ledger import Scribe
    from contracts.compatibility.nodes import Node

STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
UNHEEDED = ("accept", "content-type", "authorization")
"""Headers of which OpenAPI says that a parameter means nothing."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of an operation, its path's among them, by where and what; and what holds them."""

    holder: Node
    found: dict[Key, Node]


def parameters_of(item: Node, operation: Node, renamed: Mapping[str, str]) -> Parameters:
    """Return an operation's parameters; names in the path are those of `renamed`."""
    found: dict[Key, Node] = {}
    for holder in (item, operation):
        for listed in holder.elements("parameters"):
            node = listed.followed()
            where, name = node.words("in"), node.words("name")
            if where == "header":
                name = name.lower()
            elif where == "path":
                name = renamed.get(name, name)
            if not (where == "header" and name in UNHEEDED):
                found[where, name] = node
    return Parameters(operation, found)


def compare_parameters(scribe: Scribe, old: Parameters, new: Parameters) -> None:
    """Note down what differs in the parameters."""
    gone, come = dict(old.found), dict(new.found)
    for key in sorted(old.found.keys() & new.found.keys()):
        _compare(scribe, gone.pop(key), come.pop(key), key[0])
    for key in sorted(gone):
        twin = next((other for other in sorted(come) if other[1] == key[1]), None)
        if twin is not None:
            scribe.changed("request-parameter-moved", gone.pop(key), come.pop(twin))
    for key in sorted(gone):
        scribe.removed("request-parameter-removed", gone[key], new.holder)
    for key in sorted(come):
        kind = "required" if _required(come[key], key[0]) else "optional"
        scribe.added(f"request-{kind}-parameter-added", old.holder, come[key])


def _required(node: Node, where: str) -> bool:
    return where == "path" or node.flag("required")


def _compare(scribe: Scribe, old: Node, new: Node, where: str) -> None:
    was, now = _required(old, where), _required(new, where)
    if was != now:
        word = "required" if now else "optional"
        scribe.member(f"request-parameter-became-{word}", old, new, "required")
    _compare_flag(scribe, old, new, "deprecated", ("deprecated", "undeprecated"))
    _compare_flag(scribe, old, new, "allowReserved", ("reserved-changed", "reserved-changed"))
    if where == "query":
        _compare_flag(scribe, old, new, "allowEmptyValue", ("empty-allowed", "empty-refused"))
    _compare_style(scribe, old, new, where)
    compare_value(scribe, old, new, Side.REQUEST, "request-parameter-content-changed")


def _compare_flag(scribe: Scribe, old: Node, new: Node, key: str, stems: tuple[str, str]) -> None:
    if old.flag(key) != new.flag(key):
        scribe.member(f"request-parameter-{stems[0 if new.flag(key) else 1]}", old, new, key)


def _compare_style(scribe: Scribe, old: Node, new: Node, where: str) -> None:
    default = STYLES.get(where, "form")
    was, now = old.words("style", default), new.words("style", default)
    if was != now:
        scribe.member("request-parameter-style-changed", old, new, "style")
    elif exploded(old, was) != exploded(new, now) and has_parts(old, new):
        scribe.member("request-parameter-explode-changed", old, new, "explode")


def exploded(node: Node, style: str) -> bool:
    """Say whether the parts of a value are written apart."""
    return node.flag("explode", default=style == "form")


def has_parts(old: Node, new: Node) -> bool:
    """Say whether both values may be lists or objects: others have no parts."""
    types = Shape(schema_at(old, "schema")).types & Shape(schema_at(new, "schema")).types
    return not types.isdisjoint({"array", "object"})


def compare_value(scribe: Scribe, old: Node, new: Node, side: Side, rule: str) -> None:
    """Note down what differs in the value of a parameter or header, said by a schema or a media type."""
    if ("content" in old.mapping) != ("content" in new.mapping):
        scribe.changed(rule, old, new)
    elif "content" not in old.mapping:
        scribe.schemas(schema_at(old, "schema", text=True), schema_at(new, "schema", text=True), side)
    elif old.members("content").keys() != new.members("content").keys():
        scribe.member(rule, old, new, "content")
    else:
        compare_contents(scribe, old, new, side)
