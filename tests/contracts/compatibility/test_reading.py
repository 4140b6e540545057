"""Descriptions come from files in YAML and JSON, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts.compatibility import DocumentError, compare, parse_description, read_description
from contracts.compatibility.graph import Graph
from contracts.compatibility.keywords.alternatives import MOST_PAIRS
from contracts.document import NAMES
from contracts.resources import read_openapi
from tests.contracts.compatibility.documents import BASE, diff, request_schema
from tests.contracts.compatibility.rewriting import turned_round

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.compatibility.pairs import Relation

PLAIN = """\
openapi: 3.1.0
paths:
  /a:
    get:
      responses:
        200: {description: A, content: {application/json: {schema: {$ref: "FILE#/$defs/thing"}}}}
"""


def test_yaml_and_json_say_the_same_also_with_numbers_as_keys(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.json"
    one.write_text(
        PLAIN.replace("FILE#/$defs/thing", "#/components/schemas/A") + "components: {schemas: {A: {}}}"
    )
    raw = read_description(one).raw
    other.write_text("\ufeff" + json.dumps(raw), encoding="utf-8")

    assert list(raw["paths"]["/a"]["get"]["responses"]) == ["200"]
    assert compare(read_description(one), read_description(other)) == ()


def test_a_reference_to_a_file_beside_it_is_followed(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "api.yaml").write_text(PLAIN.replace("FILE", "../defs/./thing.json"), "utf-8")
    (tmp_path / "defs").mkdir()
    (tmp_path / "defs" / "thing.json").write_text('{"$defs": {"thing": {"type": "string"}}}', "utf-8")
    old, new = (read_description(tmp_path / name / "api.yaml") for name in ("old", "new"))

    assert compare(old, new) == ()

    (tmp_path / "new" / "thing.json").write_text('{"$defs": {"thing": {"type": "integer"}}}', "utf-8")
    (tmp_path / "new" / "api.yaml").write_text(PLAIN.replace("FILE", "thing.json"), "utf-8")
    [change] = compare(old, read_description(tmp_path / "new" / "api.yaml"))
    assert change.rule.id == "response-type-changed"
    assert change.old.document == (tmp_path / "defs" / "thing.json").as_posix()
    assert change.place.pointer == "/$defs/thing/type"


def bomb() -> str:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['x'])}]" for n in range(9)]
    return "openapi: 3.1.0\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no OpenAPI 3.0 or 3.1 document"),
        ("[]", "no OpenAPI 3.0 or 3.1 document"),
        ("swagger: '2.0'", "no OpenAPI 3.0 or 3.1 document"),
        ("openapi: 4.0.0", "openapi is '4.0.0'"),
        ("openapi: 3.1.0\n  paths: {", "neither JSON nor YAML in line 2"),
        ('{"openapi": "3.1.0",', "neither JSON nor YAML in line 2"),
        ("openapi: 3.1.0\nx: !!binary aGk=", "at /x: a bytes is no JSON value"),
        ("openapi: 3.1.0\nx: !!int y", "neither JSON nor YAML"),
        ("openapi: 3.1.0\nx: &x [*x]", "holds more than 2,000,000 values"),
        (bomb(), "holds more than 2,000,000 values"),
        ("openapi: 3.1.0\nx: " + "y" * 2**21, "has more than 2 MiB of YAML"),
        ('{"openapi": "3.1.0", x: "' + "y" * 2**21, "has more than 2 MiB of YAML"),
        ('{"openapi": "3.1.0", "x": "' + "é" * 2**22 + '"}', "has more than 8 MiB"),
        ('{"openapi": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_what_is_no_document_is_one_line_that_names_it(text: str, told: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_description(text, "api.yaml")

    assert told in str(caught.value)
    assert str(caught.value).startswith("api.yaml: ")
    assert "\n" not in str(caught.value)


def test_json_may_be_larger_than_yaml() -> None:
    described = parse_description('{"openapi": "3.1.0", "x": "' + "y" * 2**21 + '"}', "api.json")

    assert len(described.raw["x"]) == 2**21


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"type": "integer", "maximum": 10**400}, "maximum"),
        ({"type": "string", "maxLength": 10**400}, "maxLength"),
        ({"type": "number", "multipleOf": -(10**400)}, "multipleOf"),
        ({"type": "number", "minimum": float("inf")}, "minimum"),
    ],
)
def test_a_number_beyond_all_is_one_line_with_its_place(schema: dict[str, object], keyword: str) -> None:
    with pytest.raises(DocumentError, match=rf"schema/{keyword}: {keyword} must be a number that a double"):
        diff(request_schema({}), request_schema(schema))


def differing(count: int, *, begin: int = 0) -> list[dict[str, object]]:
    """Return so many objects that differ, none of which is among those that begin elsewhere."""
    return [
        {"type": "object", "required": [f"a{n}"], "properties": {f"a{n}": {"type": "string"}}}
        for n in range(begin, begin + count)
    ]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Relation]:
    """Return what is found out of every pair of branches that is compared."""
    found: list[Relation] = []
    relation = Graph.relation

    def noted(*given: Any, **named: Any) -> Relation:  # noqa: ANN401 - passed on
        found.append(relation(*given, **named))
        return found[-1]

    monkeypatch.setattr(Graph, "relation", noted)
    return found


def test_of_very_many_branches_not_every_pair_is_compared(asked: list[Relation]) -> None:
    old, new = (request_schema({"anyOf": differing(40, begin=begin)}) for begin in (0, 40))

    changes = diff(old, new)

    assert len(asked) == MOST_PAIRS
    assert len(changes) == 80
    assert {change.rule.id for change in changes} == {
        "request-any-of-branch-added",
        "request-any-of-branch-removed",
    }


def test_branches_that_only_moved_are_matched_without_being_compared(asked: list[Relation]) -> None:
    moved = differing(40)

    assert diff(request_schema({"anyOf": moved}), request_schema({"anyOf": moved[::-1]})) == ()
    assert not asked


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xfa")

    with pytest.raises(DocumentError, match=r"gone.yaml: cannot be read: No such file"):
        read_description(tmp_path / "gone.yaml")
    with pytest.raises(DocumentError, match=r"latin: cannot be read: it is not UTF-8"):
        read_description(tmp_path / "latin")


def test_a_schema_that_is_nested_too_deeply_is_one_line() -> None:
    deep: dict[str, object] = {"type": "string"}
    for _ in range(400):
        deep = {"oneOf": [deep, {"type": "array", "items": deep}]} if _ < 4 else {"not": deep}
    paths = {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": deep}}}}}}}

    with pytest.raises(DocumentError, match="nested too deeply to be compared"):
        diff({**BASE, "paths": paths}, {**BASE, "paths": turned_round(paths)})


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_of_ours_does_not_differ_from_itself_written_otherwise(name: str) -> None:
    raw = read_openapi(name)

    assert diff(raw, turned_round(raw)) == ()
