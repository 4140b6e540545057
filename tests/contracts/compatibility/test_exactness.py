"""What says the same in other words, or says an answer more exactly, breaks nobody."""

from __future__ import annotations

import pytest

from tests.contracts.compatibility.documents import BASE, BODY, GET, JSON, OK, diff, query_schema, with_

UTF8 = "application/json; charset=UTF-8"
STRING = {"schema": {"type": "string"}}
TEXTS, NUMBERS = ({"type": "array", "items": {"type": kind}} for kind in ("string", "integer"))


def rules(old: dict[str, object], new: dict[str, object]) -> list[str]:
    return [change.rule.id for change in diff(old, new)]


@pytest.mark.parametrize("at", [OK, BODY], ids=["answer", "request"])
def test_utf_8_is_what_json_is_in(at: tuple[str, ...]) -> None:
    plain, told = (with_((*at, "content"), {media: STRING}) for media in (JSON, UTF8))
    other = with_((*at, "content"), {f"{JSON};v=2": STRING})

    assert rules(plain, told) == rules(told, plain) == []
    assert len(rules(plain, other)) == 2


@pytest.mark.parametrize("wide", ["*/*", "application/*"])
def test_a_range_of_media_types_may_become_one_of_them_in_an_answer(wide: str) -> None:
    old, new = (with_((*OK, "content"), {media: STRING}) for media in (wide, JSON))
    elsewhere = with_((*OK, "content"), {"text/plain": STRING})
    asked, less = (with_((*BODY, "content"), {media: STRING}) for media in (wide, JSON))

    assert rules(old, new) == []
    assert ("response-media-type-removed" in rules(old, elsewhere)) is (wide != "*/*")
    assert "request-media-type-removed" in rules(asked, less)


def test_a_hundred_of_statuses_may_become_one_of_them() -> None:
    old, new, other = (
        with_((*GET, "responses"), {status: {"description": "."}}) for status in ("2XX", "200", "400")
    )

    assert rules(old, new) == []
    assert "response-success-removed" in rules(old, other)


def test_what_is_in_a_query_is_text_in_lists_too() -> None:
    assert rules(query_schema(NUMBERS), query_schema(TEXTS)) == rules(
        query_schema({"type": "integer"}), query_schema({"type": "string"})
    )
    assert rules(BASE, BASE) == []
