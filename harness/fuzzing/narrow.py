"""The engine contract, narrowed to what one caller of one tenant may send and every engine must accept.

The persona that fuzzes belongs to one tenant, and to name another is 403: so wherever a request has a
`tenant_id`, only that tenant is valid. Data that is wrong on purpose may name any other. A body that may be
refused for not being whole (x-whole) is always whole here.
Rule: pure; answers are judged by the contract as it is written.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Json = dict[str, Any]
Value = Any  # as json.loads returns it

TENANT = "tenant_id"
WHOLE = "x-whole"
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def narrowed(raw: Json, tenant: str, without: Collection[str]) -> Json:
    """Return the document with this one tenant in every request, without the operations named."""
    document = copy.deepcopy(raw)
    document["paths"] = {
        template: left
        for template, item in document["paths"].items()
        if (left := _left(template, item, without))
    }
    _drop_dangling_links(document)
    for item in document["paths"].values():
        for holder in (item, *(node for method, node in item.items() if method in METHODS)):
            _narrow_parameters(document, holder, tenant)
            _narrow_body(document, holder, tenant)
    return document


def _left(template: str, item: Json, without: Collection[str]) -> Json:
    """Return a path's item without the operations named; empty when none is left."""
    left = {key: node for key, node in item.items() if f"{key.upper()} {template}" not in without}
    return left if METHODS & left.keys() else {}


def _drop_dangling_links(document: Json) -> None:
    present = {node.get("operationId") for item in document["paths"].values() for node in _operations(item)}
    for item in document["paths"].values():
        for node in _operations(item):
            for status, response in node["responses"].items():
                node["responses"][status] = _without_links(document, response, present)


def _without_links(document: Json, response: Json, present: Collection[str | None]) -> Json:
    """Return the response with only those links that lead somewhere."""
    meant = follow(document, response)
    links = {name: follow(document, link) for name, link in meant.get("links", {}).items()}
    left = {name: link for name, link in links.items() if link.get("operationId") in present}
    return response if len(left) == len(links) else {**meant, "links": left}


def _operations(item: Json) -> Iterator[Json]:
    return (node for method, node in item.items() if method in METHODS)


def _narrow_parameters(document: Json, holder: Json, tenant: str) -> None:
    parameters = [follow(document, parameter) for parameter in holder.get("parameters", ())]
    for index, parameter in enumerate(parameters):
        if parameter["name"] == TENANT:
            only = {key: value for key, value in parameter.items() if key not in {"example", "examples"}}
            holder["parameters"][index] = {**only, "schema": _only(tenant)}


def _narrow_body(document: Json, holder: Json, tenant: str) -> None:
    if "requestBody" not in holder:
        return
    body = holder["requestBody"] = copy.deepcopy(follow(document, holder["requestBody"]))
    for media in body["content"].values():
        if "schema" in media:
            media["schema"] = _narrow_schema(document, media["schema"], tenant)
        for name in ("example", "examples"):
            if name in media:
                media[name] = _narrow_example(document, media[name], tenant)


def _narrow_schema(document: Json, node: Value, tenant: str) -> Value:
    """Return a body's schema with this tenant only and whole everywhere; a part that needs no change stays."""
    if isinstance(node, list):
        return [_narrow_schema(document, each, tenant) for each in node]
    if not isinstance(node, dict):
        return node
    meant = follow(document, node)
    changed = {key: _narrow_schema(document, value, tenant) for key, value in meant.items() if key != WHOLE}
    if WHOLE in meant:
        changed["required"] = meant[WHOLE]
    if isinstance(meant.get("properties"), dict) and TENANT in meant["properties"]:
        changed["properties"][TENANT] = _only(tenant)
    for word in ("example", "examples"):
        if word in meant:
            changed[word] = _narrow_example(document, meant[word], tenant)
    return node if changed == meant else changed


def _narrow_example(document: Json, example: Value, tenant: str) -> Value:
    if isinstance(example, list):
        return [_narrow_example(document, each, tenant) for each in example]
    if not isinstance(example, dict):
        return example
    meant = follow(document, example)
    return {
        key: tenant if key == TENANT else _narrow_example(document, value, tenant)
        for key, value in meant.items()
    }


def _only(tenant: str) -> Json:
    return {"type": "string", "enum": [tenant]}


def follow(document: Json, node: Json) -> Json:
    """Return what a reference within the document means; anything else as it is."""
    while str(node.get("$ref", "")).startswith("#/"):
        target: Any = document
        for step in node["$ref"][2:].split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
