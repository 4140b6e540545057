"""Aggregates: counts by status, day, gate, module and actor type."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.desk import RECEIPTS, Desk
from tests.fakes.receipts import receipt

DIMENSIONS = ("status", "day", "gate", "module", "actor_type")
SUBSETS = [subset for size in range(6) for subset in combinations(DIMENSIONS, size)]


def made(day: int, status: str, actor_type: str, tenant_id: str = "t") -> dict[str, Any]:
    return receipt(
        tenant_id,
        timestamp_utc=f"2026-01-{day:02}T23:59:59+00:00",
        decision={"status": status, "rationale": "Because.", "badges": []},
        actor={"repo_id": "r", "type": actor_type},
    )


def read(whole: dict[str, Any]) -> dict[str, str]:
    """What it is counted by, read by hand."""
    return {
        "status": whole["decision"]["status"],
        "day": whole["timestamp_utc"][:10],
        "gate": whole["gate_id"],
        "module": whole["module_id"],
        "actor_type": whole["actor"]["type"],
    }


def groups(desk: Desk, group_by: list[str], **times: str) -> list[dict[str, Any]]:
    asked = {"tenant_id": "t", "group_by": group_by, **times}
    status, answer = desk.ask("POST", "/v1/evidence/aggregate", asked)
    assert status == 200
    return list(answer["groups"])


SENT = st.builds(
    made,
    st.integers(1, 3),
    st.sampled_from(["pass", "warn", "soft_block"]),
    st.sampled_from(["human", "ai_agent"]),
    st.sampled_from(["t", "u"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(SENT, max_size=12), st.sampled_from(SUBSETS).flatmap(st.permutations))
def test_counts_are_those_counted_by_hand(sent: list[dict[str, Any]], group_by: list[str]) -> None:
    desk = Desk()
    desk.ask("POST", f"{RECEIPTS}/bulk", sent)

    found = groups(desk, group_by)

    by_hand = Counter(
        tuple(read(whole)[name] for name in group_by) for whole in sent if whole["tenant_id"] == "t"
    )
    assert found == [
        {"key": dict(zip(group_by, values, strict=True)), "count": count}
        for values, count in sorted(by_hand.items())
    ]


@pytest.mark.parametrize(
    ("times", "count"),
    [
        ({}, 3),
        ({"from": "2026-01-02T23:59:59Z"}, 2),
        ({"to": "2026-01-02T23:59:59Z"}, 1),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"}, 1),
    ],
)
def test_only_what_lies_in_the_time_asked_for_is_counted(times: dict[str, str], count: int) -> None:
    desk = Desk()
    desk.ask("POST", f"{RECEIPTS}/bulk", [made(day, "pass", "human") for day in (1, 2, 3)])

    assert groups(desk, [], **times) == [{"key": {}, "count": count}]


def test_of_nothing_there_is_no_group() -> None:
    assert groups(Desk(), []) == []


def test_a_dimension_named_twice_is_outside_the_contract() -> None:
    asked = {"tenant_id": "t", "group_by": ["day", "day"]}

    assert Desk().ask("POST", "/v1/evidence/aggregate", asked)[0] == 400
