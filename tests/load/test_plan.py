"""The plan asks for what it is told to ask for, evenly, and of enough people."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.plan import DECISIONS_EACH, LANES, SECONDS_BETWEEN, Shape, as_json
from reports.record import Persona


@given(
    st.floats(min_value=1, max_value=20_000, allow_nan=False),
    st.floats(min_value=1, max_value=600, allow_nan=False),
)
def test_seats_make_up_the_rate_and_people_keep_their_quota(per_minute: float, seconds: float) -> None:
    shape = Shape(per_minute=per_minute, seconds=seconds)

    rate = shape.seats * shape.per_seat * 60
    each = shape.per_seat * shape.seconds / shape.people

    assert rate == pytest.approx(per_minute)
    assert each <= DECISIONS_EACH
    assert shape.seats % len(LANES) == 0


def test_the_default_is_a_thousand_a_minute_from_seats_that_need_not_hurry() -> None:
    shape = Shape()

    assert shape.per_minute == 1000
    assert 1 / shape.per_seat == pytest.approx(SECONDS_BETWEEN, rel=0.05)


def test_seats_alternate_between_lanes_and_replicas_and_share_out_all_people() -> None:
    shape = Shape(per_minute=120, seconds=6)
    people = {f"token-{n}": Persona(name=f"p{n}", sub=f"s{n}", tenant_id="t") for n in range(8)}

    plan = json.loads(as_json(shape, urls=["u1", "u2"], tokens=people, body={"a": 1}, out="o"))

    seats = plan["seats"]
    assert Counter(seat["lane"] for seat in seats) == dict.fromkeys(LANES, shape.seats // 2)
    assert {seat["url"] for seat in seats} == {"u1", "u2"}
    assert sorted(person["token"] for seat in seats for person in seat["people"]) == sorted(people)
    assert (plan["out"], plan["body"], plan["per_seat"]) == ("o", {"a": 1}, shape.per_seat)


@given(st.floats(min_value=60, max_value=10_000))
def test_seats_begin_evenly_so_that_load_comes_without_bursts(per_minute: float) -> None:
    shape = Shape(per_minute=per_minute)

    plan = json.loads(as_json(shape, urls=["u"], tokens={}, body={}, out="o"))

    begins = [seat["begins_after"] for seat in plan["seats"]]
    assert begins == pytest.approx([number * 60 / per_minute for number in range(shape.seats)])
