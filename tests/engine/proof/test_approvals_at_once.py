"""Section 6: of two approvals at the same instant, on two replicas, exactly one moves the state.

Each step is taken by two at once, one on each replica: first by the actor twice (every other time with the
opposite verdict), then by two approvers. `--repetitions` says how often; the session `engine-proof` does it
200 times.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.house import action, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.house import Engine, Place, Talk

DUAL = action("multiplier", requires_dual_channel=True)
APPROVER = ["mmm_approver"]


@pytest.fixture
def replicas(any_engine: Engine, place: Place) -> Iterator[tuple[Engine, Engine]]:
    """Return the shared engine on either database, and another one on the same."""
    with running_engine(place, any_engine.database) as another:
        yield any_engine, another


async def both(first: Talk, second: Talk, path: str, *asked: tuple[str, list[str], Any]) -> list[str | None]:
    """Let two ask at once, one on each replica; return the state that each came to, None where it was 409."""
    pairs = list(zip((first, second), asked, strict=True))
    for talk, (sub, roles, _) in pairs:
        await talk.token(sub=sub, roles=roles)  # so that neither has to fetch one first

    replies = await asyncio.gather(
        *(talk.ask("POST", path, body, sub=sub, roles=roles) for talk, (sub, roles, body) in pairs)
    )

    assert {reply.status_code for reply in replies} <= {200, 409}, [reply.text for reply in replies]
    return [reply.json().get("status") for reply in replies]


async def approved_at_once(first: Talk, second: Talk, number: int) -> int:
    """Take both steps of one action, each twice at the same instant; return how many moved the state."""
    actor = f"actor-{number}"
    decision = await first.decided(sub=actor)
    action_path = f"/actions/{decision['actions'][0]['action_id']}"
    path, other = f"{action_path}/approve", {"verdict": "reject"} if number % 2 else {"is_first": True}

    firsts = await both(first, second, path, (actor, [], {}), (actor, [], other))
    seconds = await both(first, second, path, ("approver-1", APPROVER, {}), ("approver-2", APPROVER, {}))

    state = (await second.ask("GET", f"{action_path}/approval-status")).json()
    if "rejected" in firsts:
        assert (sorted(firsts, key=str), seconds) == ([None, "rejected"], [None, None])
        assert (state["status"], state["approver_id"]) == ("rejected", None)
        return 1
    assert sorted(firsts, key=str) == [None, "first_approved"]
    assert sorted(seconds, key=str) == [None, "fully_approved"]
    winner = f"approver-{1 + seconds.index('fully_approved')}"
    assert (state["status"], state["approver_id"]) == ("fully_approved", winner)
    return 2


async def test_exactly_one_of_two_moves_the_state(
    replicas: tuple[Engine, Engine], place: Place, pytestconfig: pytest.Config
) -> None:
    repetitions = pytestconfig.getoption("repetitions")
    async with talking(replicas[0], place) as first, talking(replicas[1], place) as second:
        second.tenant, second.sub = first.tenant, first.sub
        await first.publish(DUAL)

        moved = [await approved_at_once(first, second, number) for number in range(repetitions)]

        await first.receipts(sum(moved), "approval")
        await first.decided()
        await first.receipts(repetitions + 1, "decision")
        told = await first.receipts(sum(moved), "approval")
    assert len(told) == len({one["receipt_id"] for one in told}) == sum(moved)
