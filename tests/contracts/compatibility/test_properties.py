"""What holds of the comparison of any two documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings

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
from tests.contracts.compatibility.documents import diff
from tests.contracts.compatibility.generated import DOCUMENTS, PAIRS, Pair, spoilt
from tests.contracts.compatibility.rewriting import REWRITINGS, turned_round

few = settings(max_examples=25, deadline=None)


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
@given(PAIRS)
def test_the_way_back_swaps_old_and_new(pair: Pair) -> None:
    old, new = pair
    there, back = spots(compared(old, new)), spots(compared(new, old))

    ways = sorted((identity(one), identity(other)) for one, other in there)
    assert ways == sorted((identity(one), identity(other)) for other, one in back)


@few
@given(PAIRS)
def test_every_change_names_places_that_exist(pair: Pair) -> None:
    old, new = pair
    for change in compared(old, new):
        at(old, change.old.pointer)
        at(new, change.new.pointer)
        assert change.old.document == "old.yaml"
        assert change.new.document == "new.yaml"


@few
@given(PAIRS)
def test_the_order_of_keys_never_matters(pair: Pair) -> None:
    old, new = pair
    assert compared(turned_round(old), turned_round(new)) == compared(old, new)


@few
@given(DOCUMENTS)
def test_a_document_written_otherwise_does_not_differ(document: dict[str, Any]) -> None:
    for rewrite in REWRITINGS:
        assert compared(document, rewrite(document)) == (), rewrite.__name__


@few
@given(spoilt())
def test_a_spoilt_document_is_an_error_with_its_place_or_none(pair: Pair) -> None:
    spoiled, document = pair
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
