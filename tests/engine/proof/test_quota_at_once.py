"""5.5: N replicas and M concurrent requests never exceed a quota, and do not fall short of it either.

`--repetitions` says how often; the session `engine-proof` does it 200 times.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.values.standing import Quotas
from tests.engine.house import action, talking

if TYPE_CHECKING:
    import pytest

    from tests.engine.house import Engine, Place, Talk

AT_ONCE = 40


async def asked_at_once(first: Talk, second: Talk, actor: str) -> int:
    """Let one actor ask at once, half on each replica; return how many actions it was shown."""
    for talk in (first, second):
        await talk.token(sub=actor)  # so that nobody has to fetch one first

    decisions = await asyncio.gather(*(talk.decided(sub=actor) for talk in (first, second) * (AT_ONCE // 2)))

    assert [one["decision_id"] for one in decisions if one["degraded_mode"]] == []
    return sum(len(one["actions"]) for one in decisions)


async def test_forty_at_once_on_two_replicas_get_exactly_the_quota(
    engine: Engine, replica: Engine, place: Place, pytestconfig: pytest.Config
) -> None:
    repetitions = pytestconfig.getoption("repetitions")
    async with talking(engine, place) as first, talking(replica, place) as second:
        second.tenant = first.tenant
        await first.publish(action("mirror"), name="one at a time")
        await second.publish(action("mentor"), action("multiplier"), name="two at a time")

        shown = [await asked_at_once(first, second, f"actor-{number}") for number in range(repetitions)]

    assert shown == [Quotas().max_actions_per_hour] * repetitions
