"""What engine.md leaves to the engine is excused, and nothing else."""

from __future__ import annotations

import jsonschema_rs
import pytest

from harness.fuzzing.choices import backwards, declared_members, respelled, unusual
from harness.fuzzing.lenient import leniently_valid

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "sure": {"type": "boolean"},
        "kind": {"enum": ["a", "b"]},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "inner": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"hour": {"type": "integer"}},
        },
        "list": {"type": "array", "items": {"type": "integer"}},
    },
}
MEMBERS = frozenset(
    {"name", "count", "type", "payload", "rationale", "list", "at", "inner", "title", "surfaces", "verdict"}
)


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "stranger": 1},
        {"name": "x", "count": "5"},
        {"name": "x", "count": " 5 "},
        {"name": "x", "sure": "true"},
        {"name": "x", "sure": 1},
        {"name": "x", "count": None, "sure": None},
        {"name": "x", "maybe": "7"},
        {"name": "x", "inner": {"hour": "7", "more": {}}},
        {"name": "x", "list": ["1", 2]},
    ],
)
def test_a_lenient_reader_takes_it(validator: jsonschema_rs.Validator, body: object) -> None:
    assert leniently_valid(validator, body)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "name",
        [],
        {},
        {"name": None},
        {"name": 5},
        {"name": ""},
        {"name": "x", "count": "many"},
        {"name": "x", "count": "10"},
        {"name": "x", "count": -1},
        {"name": "x", "sure": "perhaps"},
        {"name": "x", "kind": "c"},
        {"name": "x", "inner": []},
        {"name": "x", "list": {}},
        {"name": "x", "list": [[]]},
    ],
)
def test_even_a_lenient_reader_refuses_it(validator: jsonschema_rs.Validator, body: object) -> None:
    assert not leniently_valid(validator, body)


def test_reading_leniently_changes_nothing_that_was_sent(validator: jsonschema_rs.Validator) -> None:
    body = {"name": "x", "count": "5", "stranger": 1}

    leniently_valid(validator, body)

    assert body == {"name": "x", "count": "5", "stranger": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"name": "   "},
        {"name": "x", "stranger": 1},
        {"inner": {"stranger": 1}},
        {"count": 2**31},
        {"count": -(2**40)},
        {"count": 5.0},
        {"list": ["ide", "ide"]},
        {"title": "You should rest"},
        {"title": "{other}"},
        {"at": "2020-06-30T23:59:60Z"},
        {"at": "0001-01-01T00:00:00Z"},
        {"type": "mentor", "payload": {"title": "x"}},
        {"verdict": "reject"},
        {},
    ],
)
def test_a_sensible_engine_may_refuse_it(body: object) -> None:
    assert unusual(body, MEMBERS)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "Ünïcödé \u202e"},
        {"count": 2**31 - 1},
        {"count": 2.5},
        {"list": ["ide", "ci"]},
        {"title": "Mustard and shoulder"},
        {"at": "2026-03-02T11:15:00.250+01:00"},
        {"type": "mentor", "payload": {"rationale": {"title": "x"}}},
        {"type": "mirror", "payload": {"title": "x"}},
        {"verdict": "approve"},
    ],
)
def test_every_engine_accepts_it(body: object) -> None:
    assert unusual(body, MEMBERS) is None


def test_declared_members_are_found_behind_references_and_in_loops() -> None:
    document = {
        "components": {
            "schemas": {
                "Tree": {
                    "properties": {
                        "leaf": {"type": "string"},
                        "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                    }
                }
            }
        }
    }

    members = declared_members(document, {"schema": {"allOf": [{"$ref": "#/components/schemas/Tree"}]}})

    assert members == {"leaf", "branches"}


@pytest.mark.parametrize(
    ("start", "end", "may_be_refused"),
    [
        ("2026-03-02", "2026-03-01", True),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00Z", True),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:01Z", False),
        ("2026-03-01", "2026-03-02T00:00:00Z", False),
        ("2026-03-02", "", False),
        ("yesterday", "2026-03-01", False),
    ],
)
def test_a_period_that_ends_first_may_be_refused(start: str, end: str, may_be_refused: bool) -> None:  # noqa: FBT001
    assert (backwards(start, end) is not None) is may_be_refused


def test_a_period_is_told_in_days_alone_and_in_moments_alone() -> None:
    days, moments = respelled({"start_date": "2026-03-02", "end_date": "2026-03-09T10:15:00+01:00"})

    assert days == {"start_date": "2026-03-02", "end_date": "2026-03-09"}
    assert moments == {"start_date": "2026-03-02T00:00:00Z", "end_date": "2026-03-09T00:00:00Z"}
