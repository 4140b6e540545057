"""What an exchange touches exists, stays touched, and is touched for the right reason alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.coverage import Exchanged, Kind, Tally, operations_of, points_of, unreached
from contracts.coverage.unreached import excuses
from contracts.document import load_document
from tests.contracts.coverage_sample import DOCUMENT, exchanges, listed, put
from tests.contracts.samples import ANSWERS, JSON

if TYPE_CHECKING:
    from collections.abc import Iterable

POINTS = points_of(DOCUMENT)
BODY = "PUT /things/{thing} request"


def touched(*seen: Exchanged) -> set[str]:
    tally = Tally(DOCUMENT)
    for exchanged in seen:
        tally.take(exchanged)
    return tally.points


def told(names: Iterable[str]) -> set[str]:
    """Return the points of a request's body alone."""
    return {name.removeprefix(BODY) for name in names if name.startswith(BODY)}


def test_each_point_of_the_sample_is_named_once_and_has_its_kind() -> None:
    by_kind = {kind: {name for name in POINTS if POINTS[name] is kind} for kind in Kind}

    assert by_kind == {
        Kind.OPERATIONS: {"PUT /things/{thing}", "GET /things"},
        Kind.PARAMETERS: {
            "PUT /things/{thing} path thing given",
            "PUT /things/{thing} query size given",
            "PUT /things/{thing} query size absent",
            "PUT /things/{thing} header x-mood given",
            "PUT /things/{thing} header x-mood absent",
        },
        Kind.STATUS_CODES: {
            "PUT /things/{thing} 200",
            "PUT /things/{thing} 404",
            "GET /things 200 or 206",
            "GET /things 4XX",
        },
        Kind.ENUM_VALUES: {
            'PUT /things/{thing} header x-mood = "good"',
            'PUT /things/{thing} header x-mood = "bad"',
            f'{BODY}.items[].colour = "red"',
            f'{BODY}.items[].colour = "green"',
            f"{BODY}.items[].bold = true",
            f"{BODY}.items[].bold = false",
            'PUT /things/{thing} 200.colour = "green"',
            "PUT /things/{thing} 200.bold = true",
            "PUT /things/{thing} 200.bold = false",
            "Refused.again = true",
            "Refused.again = false",
        },
        Kind.BRANCHES: {
            "PUT /things/{thing} query size as number",
            "PUT /things/{thing} query size as uuid",
            f"{BODY} given",
            f"{BODY} absent",
            f"{BODY} with other members",
            f"{BODY}.items is empty",
            f"{BODY}.items is not empty",
            f"{BODY}.items[].bold given",
            f"{BODY}.items[].bold absent",
            f"{BODY}.items[].note given",
            f"{BODY}.items[].note absent",
            f"{BODY}.items[].note is string",
            f"{BODY}.items[].note is null",
            f'{BODY}.items[] when colour = "red"',
            f'{BODY}.items[] unless colour = "red"',
            "PUT /things/{thing} 200.bold given",
            "PUT /things/{thing} 200.bold absent",
            "PUT /things/{thing} 200.note given",
            "PUT /things/{thing} 200.note absent",
            "PUT /things/{thing} 200.note is string",
            "PUT /things/{thing} 200.note is null",
            'PUT /things/{thing} 200 when colour = "red"',
            'PUT /things/{thing} 200 unless colour = "red"',
            "GET /things 200 or 206 is empty",
            "GET /things 200 or 206 is not empty",
            "Refused.tree given",
            "Refused.tree absent",
            "Refused.tree.below given",
            "Refused.tree.below absent",
            "Refused.tree.below is empty",
            "Refused.tree.below is not empty",
        },
    }


# A colour that is only ever green is never red: no exchange can touch this one.
IMPOSSIBLE = 'PUT /things/{thing} 200 when colour = "red"'


def test_valid_exchanges_touch_every_point_but_what_none_can_touch() -> None:
    reached: set[str] = set()

    @settings(max_examples=200, derandomize=True, database=None)
    @given(exchanges)
    def see(one: Exchanged) -> None:
        reached.update(touched(one))

    see()

    assert reached == POINTS.keys() - {IMPOSSIBLE}


@settings(max_examples=40)
@given(st.lists(exchanges, max_size=4), exchanges)
def test_touching_only_ever_adds_points_that_exist(before: list[Exchanged], one: Exchanged) -> None:
    earlier, later = touched(*before), touched(*before, one)

    assert earlier | touched(one) == later
    assert later <= POINTS.keys()


def test_a_request_counts_only_when_it_was_valid_and_done() -> None:
    body = {"items": [{"colour": "green"}]}

    assert told(touched(put(body))) == {
        " given",
        ".items is not empty",
        '.items[].colour = "green"',
        ".items[].bold absent",
        ".items[].note absent",
        '.items[] unless colour = "red"',
    }
    assert told(touched(put(body, status=404, answer={"again": False}))) == set()
    assert told(touched(put({"items": [{"colour": "blue"}]}))) == set()
    assert told(touched(put({"items": [{"colour": "red"}]}))) == set(), "red ones must be bold or not"


def test_an_operation_counts_only_when_request_and_answer_keep_the_contract() -> None:
    sound: dict[str, list[str]] = {"items": []}

    assert "PUT /things/{thing}" in touched(put(sound))
    assert "PUT /things/{thing}" not in touched(put({"items": 1}))
    assert "PUT /things/{thing}" not in touched(put(sound, answer={"colour": "red", "bold": True}))
    assert "PUT /things/{thing}" not in touched(put(sound, status=404, answer={"again": True}))


@pytest.mark.parametrize("status", [200, 206])
def test_successes_of_which_the_same_is_said_are_one(status: int) -> None:
    assert touched(listed([], status)) == {
        "GET /things",
        "GET /things 200 or 206",
        "GET /things 200 or 206 is empty",
    }


def test_an_answer_counts_only_when_it_keeps_the_contract() -> None:
    assert "PUT /things/{thing} 200" not in touched(put({"items": []}, answer={"colour": "blue"}))
    assert touched(listed({"again": True}, status=500)) == set()
    assert touched(listed({"again": 1}, status=403)) == set()
    assert touched(listed({"again": True}, status=403)) == {
        "GET /things 4XX",
        "Refused.again = true",
        "Refused.tree absent",
    }


@pytest.mark.parametrize("path", ["/nothing", "/things/", "/things/one/two"])
def test_what_is_no_operation_touches_nothing(path: str) -> None:
    assert touched(Exchanged(method="GET", path=path, status=200)) == set()


def test_what_can_be_no_message_touches_nothing_and_never_raises() -> None:
    hostile = [b"\xff", b"{", b'{"items": "\\ud800"}', b'{"items": ' + b"[" * 5000 + b"]" * 5000 + b"}"]

    for body in hostile:
        seen = Exchanged(method="PUT", path="/things/one", headers=JSON, body=body, status=200, answer=body)
        assert touched(seen) == set()


def test_true_is_not_one() -> None:
    answered = touched(put({"items": [{"colour": "red", "bold": True}], "other": 1}))

    assert f"{BODY}.items[].bold = true" in answered
    assert f"{BODY}.items[].bold = false" not in answered


def test_the_good_messages_of_the_engine_touch_its_points() -> None:
    engine = load_document("engine")
    tally = Tally(engine)
    for answered in (one for one in ANSWERS if one.document == "engine"):
        tally.take(
            Exchanged(
                method=answered.method,
                path=answered.path,
                status=answered.status,
                answer_headers={**JSON, **answered.headers},
                answer=b"" if answered.body is None else json.dumps(answered.body).encode(),
            )
        )

    assert tally.points
    assert tally.points <= points_of(engine).keys()


def test_every_excuse_fits_a_point_and_gives_a_reason() -> None:
    written = {name: excuses()[name] for name in excuses()}

    for name, patterns in written.items():
        points = points_of(load_document(name))
        for pattern, reason in patterns:
            assert any(pattern.fullmatch(point) for point in points), f"{pattern.pattern} fits nothing"
            assert reason.strip()


def test_no_operation_is_excused() -> None:
    engine = load_document("engine")

    excused = unreached(engine, points_of(engine))

    assert "POST /decide 413" in excused
    assert "POST /decide 401" not in excused
    assert [name for name in excused if points_of(engine)[name] is Kind.OPERATIONS] == []


def test_the_points_of_an_operation_are_its_own() -> None:
    own = operations_of(DOCUMENT)["GET /things"]

    assert set(own) == {
        "GET /things",
        "GET /things 200 or 206",
        "GET /things 200 or 206 is empty",
        "GET /things 200 or 206 is not empty",
        "GET /things 4XX",
    }
