"""What a match asks of a request: each condition by itself, and JSON Pointer by the RFC's own examples."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.http.request import Request
from fakes.records import Match
from fakes.shape.dispatch import make_call
from fakes.shape.matching import matchers_of, redacted
from fakes.shape.pointers import Pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = object()
RFC_6901 = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def fits(match: dict[str, Any], request: Request) -> bool:
    matchers = matchers_of(msgspec.convert(match, Match))
    assert matchers
    return all(matcher.fits(make_call(request, "POST /x", 0.0)) for matcher in matchers)


def sent(body: Any = None, query: str = "", **headers: str) -> Request:  # noqa: ANN401 -- any JSON value
    content = b"" if body is None else json.dumps(body).encode()
    return Request("POST", "/iam/v1/x", query, headers, content)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", RFC_6901),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/foo/2", NOTHING),
        ("/foo/-", NOTHING),
        ("/foo/00", NOTHING),
        ("/foo/-1", NOTHING),
        ("/foo/\u0660", NOTHING),
        ("/foo/0/0", NOTHING),
        ("/bar", NOTHING),
    ],
)
def test_a_pointer_finds_what_the_rfc_says(pointer: str, found: object) -> None:
    assert Pointer.parse(pointer).find(RFC_6901, NOTHING) == found


@pytest.mark.parametrize("text", ["foo", "/a~", "/a~2", "#/foo"])
def test_what_is_no_pointer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no JSON Pointer"):
        Pointer.parse(text)


def places(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 -- any JSON value
    yield pointer, value
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, f"{pointer}/{index}")
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")


@given(JSON)
def test_every_place_of_a_body_is_found_and_equals_itself(body: Any) -> None:  # noqa: ANN401 -- any JSON value
    request = Request("POST", "/x", body=msgspec.json.encode(body))

    for pointer, value in places(body):
        assert fits({"body": {pointer: {"equals": value, "present": True}}}, request)
        assert not fits({"body": {pointer: {"present": False}}}, request)
        assert not fits({"body": {pointer: {"equals": [value]}}}, request)


BODY = {"one": 1, "yes": True, "none": None, "text": "a dozen", "list": ["x", 1, {"y": 2}], "map": {"k": "v"}}


@pytest.mark.parametrize(
    ("match", "fit"),
    [
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path": {"equals": "/iam/v1/x"}}, True),
        ({"path": {"matches": "^/iam/v[0-9]+/"}}, True),
        ({"path": {"contains": "v2"}}, False),
        ({"query": {"limit": {"equals": "10"}}}, True),
        ({"query": {"q": {"contains": "a b"}}}, True),
        ({"query": {"limit": {"matches": "^[a-z]"}}}, False),
        ({"query": {"cursor": {"present": False}}}, True),
        ({"query": {"limit": {"present": False}}}, False),
        ({"query": {"cursor": {"present": True}}}, False),
        ({"headers": {"X-Kind": {"equals": "k"}}}, True),
        ({"headers": {"x-kind": {"equals": "K"}}}, False),
        ({"headers": {"x-other": {"matches": ""}}}, False),
        ({"body": {"/one": {"equals": 1}}}, True),
        ({"body": {"/one": {"equals": 1.0}}}, True),
        ({"body": {"/one": {"equals": True}}}, False),
        ({"body": {"/yes": {"equals": 1}}}, False),
        ({"body": {"/none": {"equals": None}}}, True),
        ({"body": {"/none": {"present": True}}}, True),
        ({"body": {"/nothing": {"equals": None}}}, False),
        ({"body": {"/nothing": {"present": False}}}, True),
        ({"body": {"/text": {"contains": "doze"}}}, True),
        ({"body": {"/text": {"matches": "^a .+n$"}}}, True),
        ({"body": {"/text": {"matches": "^dozen"}}}, False),
        ({"body": {"/text": {"contains": 1}}}, False),
        ({"body": {"/one": {"matches": "1"}}}, False),
        ({"body": {"/list": {"contains": {"y": 2}}}}, True),
        ({"body": {"/list": {"contains": "x"}}}, True),
        ({"body": {"/list": {"contains": True}}}, False),
        ({"body": {"/map": {"contains": "k"}}}, False),
        ({"body": {"/list/2/y": {"equals": 2}, "/one": {"equals": 2}}}, False),
        ({"body": {"/text": {"contains": "a", "matches": "z$"}}}, False),
        ({"body_schema": {"required": ["one"], "properties": {"one": {"const": 1}}}}, True),
        ({"body_schema": {"required": ["two"]}}, False),
        ({"body_schema": False}, False),
    ],
)
def test_a_condition_holds_or_not(match: dict[str, Any], *, fit: bool) -> None:
    assert fits(match, sent(BODY, "limit=1&limit=10&q=a+b", **{"x-kind": "k"})) is fit


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"plain"])
def test_a_body_that_is_no_json_has_nothing_anywhere(content: bytes) -> None:
    request = Request("POST", "/x", body=content)

    assert fits({"body": {"": {"present": False}}}, request)
    assert not fits({"body_schema": True}, request)
    assert fits({"body": {"": {"equals": None}}}, Request("POST", "/x", body=b" null "))


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        ({"path": {"matches": "("}}, r"path: .*regex"),
        ({"body": {"/a": {"matches": "(?=x)"}}}, r"body /a: .*regex"),
        ({"body": {"/a": {"matches": "(a)\\1"}}}, r"body /a: .*regex"),
        ({"query": {"a": {}}}, "query a: a condition says"),
        ({"query": {"a": {"present": False, "equals": "x"}}}, "query a: what must be absent"),
        ({"body": {"a": {"equals": 1}}}, "no JSON Pointer"),
        ({"body_schema": {"type": "nonsense"}}, "body_schema: "),
        ({"body_schema": {"$ref": "https://example.org/schema"}}, "body_schema: "),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(match: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        matchers_of(msgspec.convert(match, Match))


def test_no_pattern_hangs_and_none_looks_far() -> None:
    began = time.process_time()

    assert not fits({"body": {"": {"matches": "^(a+)+$"}}}, sent("a" * 4000 + "!"))
    assert fits({"body": {"": {"matches": "^(a+)+$"}}}, sent("a" * 4096 + "!"))
    assert not fits({"body": {"": {"matches": "!"}}}, sent("a" * 4096 + "!"))
    assert time.process_time() - began < 1.0


def test_what_cannot_be_checked_does_not_fit() -> None:
    deep = Request("POST", "/x", body=b"[" * 900 + b"]" * 900)

    assert not fits({"body_schema": {"items": {"const": 1}}}, deep)
    assert fits({"body": {"": {"present": True}}}, deep)


def test_a_match_is_shown_without_its_credentials() -> None:
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
    match = {
        "token": "secret-1",
        "headers": {"Authorization": {"equals": "Bearer secret-2"}, "x-kind": {"equals": "k"}},
        "body": {"/token": {"equals": jwt}, "/kind": {"contains": "secret-1"}},
    }

    shown = redacted(msgspec.convert(match, Match))

    text = msgspec.json.encode(shown).decode()
    assert not any(secret in text for secret in ("secret-1", "secret-2", "eyJ"))
    assert shown.headers["x-kind"].equals == "k"
    assert all("<token:" in str(part) for part in (shown.token, shown.headers["Authorization"].equals))
