"""A comparison is told to people, to programs and to pull requests."""

from __future__ import annotations

import json

from contracts.compatibility import Level, Spot
from contracts.compatibility.formats import FORMATS
from contracts.compatibility.formats.lines import Lines
from contracts.compatibility.formats.report import Report
from tests.contracts.compatibility.documents import (
    GET,
    JSON,
    OK,
    diff,
    request_schema,
    response_schema,
    with_,
)

OLD = with_((*GET, "operationId"), "list", request_schema({"type": "string", "enum": ["a", "b"]}))
NEW = with_(
    (*GET, "operationId"),
    "listAll",
    with_((*OK, "headers"), {"X-New": {}}, request_schema({"type": "string", "enum": ["a"]})),
)
REPORT = Report("old.yaml", "new.yaml", diff(OLD, NEW))
SCHEMA = "/paths/~1things/post/requestBody/content/application~1json/schema/enum"


def test_people_read_the_worst_first_within_80_columns() -> None:
    text = FORMATS["text"](REPORT)

    lines = text.split("\n")
    headings = [line for line in lines if line.endswith(")") and line[:1].isupper()]
    assert headings == ["BREAKING (1)", "RISKY (1)", "SAFE (1)"]
    assert lines[0] == "old.yaml -> new.yaml"
    assert lines[-2:] == ["contracts: 1 breaking, 1 risky, 1 safe", ""]
    assert f"    - {SCHEMA}" in lines
    assert '      "b" -> (none)' in lines
    assert "      in POST /things" in lines
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in text


def test_long_places_and_values_are_broken_within_80_columns() -> None:
    name = "x" * 200
    new = response_schema({"type": "object", "properties": {name: {"const": "y" * 900}}})

    text = FORMATS["text"](Report("a", "b", diff(response_schema({"type": "object"}), new)))

    assert max(map(len, text.split("\n"))) <= 80
    assert len(text) < 1500


def test_nothing_that_differs_is_said_in_one_line() -> None:
    assert FORMATS["text"](Report("a", "b", ())) == "a -> b\n\ncontracts: 0 breaking, 0 risky, 0 safe\n"


def test_programs_read_the_same_whatever_the_order_of_keys() -> None:
    content = json.loads(FORMATS["json"](REPORT))

    assert content["summary"] == {"breaking": 1, "risky": 1, "safe": 1}
    assert [change["class"] for change in content["changes"]] == ["breaking", "risky", "safe"]
    first = content["changes"][0]
    assert first["rule"] == "request-enum-value-removed"
    assert first["side"] == "request"
    assert first["pointer"] == SCHEMA
    assert first["old"] == {"document": "old.yaml", "pointer": SCHEMA, "value": "b"}
    assert first["new"] == {"document": "new.yaml", "pointer": SCHEMA}
    assert first["operations"] == ["POST /things"]
    assert FORMATS["json"](REPORT) == FORMATS["json"](Report("old.yaml", "new.yaml", diff(OLD, NEW)))


def test_changes_are_sorted_by_class_rule_and_place() -> None:
    old = with_(("paths", "/b"), {}, with_(("paths", "/a"), {}))
    new = with_(("paths", "/0"), {}, with_((*GET, "callbacks"), {"c": {}}, with_((*GET, "tags"), ["t"])))

    changes = json.loads(FORMATS["json"](Report("old.yaml", "new.yaml", diff(old, new))))["changes"]

    assert [(change["class"], change["rule"], change["pointer"]) for change in changes] == [
        ("breaking", "path-removed", "/paths/~1a"),
        ("breaking", "path-removed", "/paths/~1b"),
        ("safe", "callback-added", "/paths/~1things/get/callbacks/c"),
        ("safe", "operation-tag-added", "/paths/~1things/get/tags/0"),
        ("safe", "path-added", "/paths/~10"),
    ]


def test_pull_requests_get_a_command_for_each_change_at_its_line() -> None:
    lines = FORMATS["github"](Report("old.yaml", "new.yaml", REPORT.changes, lambda _spot: 7)).split("\n")

    assert [line.partition(" ")[0] for line in lines] == ["::error", "::warning", "::notice", ""]
    head, _, message = lines[0].removeprefix("::error ").partition("::")
    assert head == "file=new.yaml,line=7,title=request-enum-value-removed"
    assert message.endswith('schema/enum: "b" -> (none) (POST /things)')


def test_what_an_engine_publishes_is_no_file_of_a_pull_request() -> None:
    [change] = diff(request_schema({"const": "a"}), request_schema({"const": "b"}))
    published = type(change)(change.rule, change.old, Spot("http://host/openapi.json", "", "b"))

    text = FORMATS["github"](Report("ours", "http://host/openapi.json", (published,)))

    assert text.startswith("::error title=request-const-changed::")


def test_what_a_command_would_read_as_its_own_is_escaped() -> None:
    value = "a%b\nc\rd::e"
    [change] = diff(request_schema({"const": "a"}), request_schema({"const": value}))
    moved = Report("old", "n:e,w", diff(OLD, NEW))

    text = FORMATS["github"](Report("old.yaml", "new.yaml", (change,)))

    assert text.count("\n") == 1
    assert "a%25b" in text
    assert change.rule.level is Level.BREAKING
    assert moved.total() == "1 breaking, 1 risky, 1 safe"


def test_a_pointer_has_the_line_of_its_value() -> None:
    lines = Lines("paths:\n  /a/b:\n    get:\n      tags:\n      - x\n      - y~z: 1\n")
    braces = Lines('{\n "paths": {\n  "/a/b": 1}}')

    assert lines.at("") == 1
    assert lines.at("/paths/~1a~1b/get/tags/1") == 6
    assert lines.at("/paths/~1a~1b/get/tags/1/y~0z") == 6
    assert lines.at("/paths/~1c") is None
    assert braces.at("/paths/~1a~1b") == 3
    assert Lines("a: [").at("") is None


def test_a_spot_in_another_file_says_so() -> None:
    [change] = diff(response_schema({"type": "string"}), response_schema({"type": "integer"}))
    elsewhere = type(change)(change.rule, change.old, Spot("defs.json", change.new.pointer, "integer"))

    text = FORMATS["text"](Report("old.yaml", "new.yaml", (elsewhere,)))

    assert "    - defs.json/paths/~1things/get/responses/200/content/" in text.replace("\n        ", "")
    assert JSON.replace("/", "~1") in text.replace("\n      ", "").replace("  ", "")
