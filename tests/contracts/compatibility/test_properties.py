"""What holds of the comparison of any two documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compatibility import (
    ABSENT,
    Change,
    Description,
    DocumentError,
    Spot,
    compare,
    description_of,
)
from contracts.compatibility.values import canonical
from tests.contracts.compatibility.documents import BASE, diff
from tests.contracts.compatibility.rewriting import REWRITINGS, turned_round

few = settings(max_examples=int(__import__("os").environ.get("EX", "60")), deadline=None)
NAMES = st.sampled_from(["a", "b", "x-c"])
NUMBERS = st.sampled_from([0, 1, 2, 3.5])
VALUES = st.sampled_from(["a", "b", 1, True, None])
TYPES = st.sampled_from(["string", "integer", "number", "object", "array", "boolean", "null"])
REFERENCES = st.sampled_from(["Cat", "Dog", "Tree"]).map(
    lambda name: {"$ref": f"#/components/schemas/{name}"}
)
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=canonical),
        "const": VALUES,
        "default": VALUES,
        "minimum": NUMBERS,
        "exclusiveMaximum": NUMBERS,
        "multipleOf": st.sampled_from([1, 2, 3]),
        "minLength": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "pattern": st.sampled_from(["^a", "b$"]),
        "format": st.sampled_from(["date", "int32", "int64"]),
        "deprecated": st.booleans(),
        "readOnly": st.booleans(),
        "writeOnly": st.booleans(),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2),
    },
)


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=2)
    keywords = {
        "properties": named,
        "additionalProperties": inner,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "^x", "("]), inner, max_size=2),
        "dependentSchemas": named,
        "propertyNames": inner,
        "unevaluatedProperties": inner,
        "items": inner,
        "prefixItems": some,
        "contains": inner,
        "anyOf": some,
        "oneOf": some,
        "allOf": some,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
    }
    chosen = st.lists(st.sampled_from(sorted(keywords)), min_size=1, max_size=2, unique=True)
    holders = chosen.flatmap(lambda keys: st.fixed_dictionaries({key: keywords[key] for key in keys}))
    return st.tuples(PLAIN, holders).map(lambda both: {**both[0], **both[1]})


SCHEMAS = st.recursive(PLAIN | REFERENCES | st.booleans(), composed, max_leaves=6)
CONTENTS = st.dictionaries(
    st.sampled_from(["application/json", "application/*", "text/csv"]),
    st.fixed_dictionaries({}, optional={"schema": SCHEMAS}),
    max_size=2,
)
PARAMETERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["q", "id"]), "in": st.sampled_from(["query", "header", "path"])},
        optional={
            "schema": SCHEMAS,
            "required": st.booleans(),
            "explode": st.booleans(),
            "deprecated": st.booleans(),
        },
    ),
    max_size=2,
    unique_by=lambda parameter: (parameter["in"], parameter["name"]),
)
ANSWERS = st.dictionaries(
    st.sampled_from(["200", "2XX", "303", "404", "default"]),
    st.fixed_dictionaries(
        {},
        optional={
            "content": CONTENTS,
            "headers": st.dictionaries(
                NAMES, st.fixed_dictionaries({}, optional={"required": st.booleans(), "schema": SCHEMAS})
            ),
            "links": st.dictionaries(NAMES, st.fixed_dictionaries({"operationId": NAMES}), max_size=2),
        },
    ),
    max_size=3,
)
SECURITY = st.lists(
    st.dictionaries(st.sampled_from(["bearer", "key"]), st.lists(NAMES, max_size=2, unique=True), max_size=2),
    max_size=2,
    unique_by=canonical,
)
OPERATIONS = st.fixed_dictionaries(
    {"responses": ANSWERS},
    optional={
        "parameters": PARAMETERS,
        "requestBody": st.fixed_dictionaries({"content": CONTENTS}, optional={"required": st.booleans()}),
        "deprecated": st.booleans(),
        "operationId": NAMES,
        "tags": st.lists(NAMES, max_size=2, unique=True),
        "security": SECURITY,
    },
)
PATHS = st.dictionaries(
    st.sampled_from(["/a", "/a/{id}", "/a/{key}"]),
    st.dictionaries(st.sampled_from(["get", "post"]), OPERATIONS, max_size=2),
    max_size=2,
)
DOCUMENTS = st.tuples(PATHS, SCHEMAS, st.lists(st.sampled_from(["/", "/v1", "/v2/"]), unique=True)).map(
    lambda parts: {
        **BASE,
        "paths": parts[0],
        "servers": [{"url": url} for url in parts[2]],
        "components": {
            **BASE["components"],
            "schemas": {**BASE["components"]["schemas"], "Tree": parts[1]},
        },
    }
)


def spots(changes: tuple[Change, ...]) -> list[tuple[Spot, Spot]]:
    return [(change.old, change.new) for change in changes]


def identity(spot: Spot) -> tuple[str, str]:
    return spot.pointer, "absent" if spot.value is ABSENT else canonical(spot.value)


def at(document: Any, pointer: str) -> None:  # noqa: ANN401 - any JSON value
    """Fail where there is no such place."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]


def compared(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    """Return what differs; a circle that is no schema (`Tree` is `Tree`) is refused: nothing differs."""
    try:
        return diff(old, new)
    except DocumentError as error:
        if "back to itself" not in str(error):
            raise
        return ()


@few
@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert compared(document, copy.deepcopy(document)) == ()


@few
@given(DOCUMENTS, DOCUMENTS)
def test_the_way_back_swaps_old_and_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = spots(compared(old, new)), spots(compared(new, old))

    ways = sorted((identity(one), identity(other)) for one, other in there)
    assert ways == sorted((identity(one), identity(other)) for other, one in back)


@few
@given(DOCUMENTS, DOCUMENTS)
def test_every_change_names_places_that_exist(old: dict[str, Any], new: dict[str, Any]) -> None:
    for change in compared(old, new):
        at(old, change.old.pointer)
        at(new, change.new.pointer)
        assert change.old.document == "old.yaml"
        assert change.new.document == "new.yaml"


@few
@given(DOCUMENTS, DOCUMENTS)
def test_the_order_of_keys_never_matters(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert compared(turned_round(old), turned_round(new)) == compared(old, new)


@few
@given(DOCUMENTS)
def test_a_document_written_otherwise_does_not_differ(document: dict[str, Any]) -> None:
    for rewrite in REWRITINGS:
        assert compared(document, rewrite(document)) == (), rewrite.__name__


JUNK = st.sampled_from([None, 0, "x", [], {}, [1], {"$ref": "#/nowhere"}, {"$ref": 3}, {"type": 5}, True])


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """Return a document in which some value is something else."""
    document: dict[str, Any] = copy.deepcopy(draw(DOCUMENTS))
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not node[key] or not isinstance(node[key], dict | list) or draw(st.integers(0, 5)) == 0:
            node[key] = copy.deepcopy(draw(JUNK))
            return document
        node = node[key]


@few
@given(spoilt(), DOCUMENTS)
def test_a_spoilt_document_is_an_error_with_its_place_or_none(
    spoiled: dict[str, Any], document: dict[str, Any]
) -> None:
    for one, other in ((spoiled, document), (document, spoiled), (spoiled, spoiled)):
        told = refusal(one, other)
        assert told is None or told.startswith(("one:", "other:"))
        assert "\n" not in (told or "")


def refusal(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    try:
        compare(Description("one", one), Description("other", other))
    except DocumentError as error:
        return str(error)
    return None


@pytest.mark.parametrize("raw", [None, [], {"swagger": "2.0"}, {"openapi": "2.0"}, {"openapi": 4}])
def test_a_document_of_another_kind_is_none(raw: object) -> None:
    with pytest.raises(DocumentError, match=r"^x.yaml: is no OpenAPI"):
        description_of("x.yaml", raw)
