"""The engine contract, narrowed to what one caller of one tenant may send and every engine must accept.

The persona that fuzzes belongs to one tenant, and to name another is 403: so wherever a request has a
`tenant_id`, only that tenant is valid. Data that is wrong on purpose may name any other. A body that may be
refused for not being whole (x-whole) is always whole here, a time that must be in the future (x-future) is
far in it. Examples name what really exists, where that is
known.
Rule: pure; answers are judged by the contract as it is written.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
Value = Any  # as json.loads returns it

TENANT = "tenant_id"
WHOLE = "x-whole"
FUTURE = "x-future"
FAR = {
    "type": "string",
    "pattern": "^209[0-9]-0[1-9]-(0[1-9]|1[0-9]|2[0-8])T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z$",
}
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def narrowed(
    raw: Json, values: Mapping[str, str], own: Mapping[str, Mapping[str, str]] | None = None
) -> Json:
    """Return the document with this one tenant in every request, every body whole, and examples that exist.

    `values` are the tenant and whatever else is known to exist, by the name that the contract has for it;
    `own` are those of one operation, by its name.
    """
    document = copy.deepcopy(raw)
    for path, item in document["paths"].items():
        shared = item.pop("parameters", [])
        for method in METHODS & item.keys():
            node = item[method]
            its = {**values, **(own or {}).get(f"{method.upper()} {path}", {})}
            _inherit(document, node, shared)
            _narrow_parameters(document, node, its)
            _narrow_body(document, node, its)
    return document


def _inherit(document: Json, node: Json, shared: list[Json]) -> None:
    """Put the parameters of all operations at a path on one of them, but for those that it has itself."""
    parameters = node.setdefault("parameters", [])
    has = {(each["name"], each["in"]) for each in (follow(document, each) for each in parameters)}
    inherited = [follow(document, each) for each in shared]
    node["parameters"] = [
        *(copy.deepcopy(each) for each in inherited if (each["name"], each["in"]) not in has),
        *parameters,
    ]


def _narrow_parameters(document: Json, holder: Json, values: Mapping[str, str]) -> None:
    parameters = [follow(document, parameter) for parameter in holder.get("parameters", ())]
    for index, parameter in enumerate(parameters):
        name = parameter["name"]
        if name in values:
            rest = {key: value for key, value in parameter.items() if key not in {"example", "examples"}}
            narrow = {"schema": _only(values[name])} if name == TENANT else {"example": values[name]}
            holder["parameters"][index] = {**rest, **narrow}


def _narrow_body(document: Json, holder: Json, values: Mapping[str, str]) -> None:
    if "requestBody" not in holder:
        return
    body = holder["requestBody"] = copy.deepcopy(follow(document, holder["requestBody"]))
    for media in body["content"].values():
        if "schema" in media:
            media["schema"] = _narrow_schema(document, media["schema"], values)
        for name in ("example", "examples"):
            if name in media:
                media[name] = narrow_example(document, media[name], values)


def _narrow_schema(
    document: Json, node: Value, values: Mapping[str, str], within: tuple[str, ...] = ()
) -> Value:
    """Return a body's schema with this tenant only and whole; a part that needs no change stays."""
    if isinstance(node, list):
        return [_narrow_schema(document, each, values, within) for each in node]
    if not isinstance(node, dict) or node.get("$ref") in within:
        return node
    inner = (*within, node["$ref"]) if "$ref" in node else within
    meant = follow(document, node)
    if meant.get(FUTURE):
        return FAR
    changed = {key: _narrow_schema(document, value, values, inner) for key, value in meant.items()}
    if changed.pop(WHOLE, None):
        changed["required"] = meant[WHOLE]
    if TENANT in changed.get("properties", {}):
        changed["properties"] = {**changed["properties"], TENANT: _only(values[TENANT])}
    for word in {"example", "examples"} & changed.keys():
        changed[word] = narrow_example(document, meant[word], values)
    return node if changed == meant else changed


def narrow_example(document: Json, example: Value, values: Mapping[str, str]) -> Value:
    """Return an example that names what is known to exist."""
    if isinstance(example, list):
        return [narrow_example(document, each, values) for each in example]
    if not isinstance(example, dict):
        return example
    meant = follow(document, example)
    return {key: values.get(key) or narrow_example(document, value, values) for key, value in meant.items()}


def _only(value: str) -> Json:
    return {"type": "string", "enum": [value]}


def follow(document: Json, node: Json) -> Json:
    """Return what a reference within the document means; anything else as it is."""
    while str(node.get("$ref", "")).startswith("#/"):
        target: Any = document
        for step in node["$ref"][2:].split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
