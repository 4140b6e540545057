"""What a scenario does to the line to its database or Redis is told as any other fault is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

OWN = """
import pytest
import httpx
from harness.lines import lines

@pytest.fixture
def running(request, fake_url):
    with lines({"redis": fake_url.replace("http:", "redis:")}) as laid:
        yield Running(None, (), None, lines=laid)

@pytest.fixture
def fake_url(request):
    from harness.plugin.options import STAGE
    return request.config.stash[STAGE].world.fakes["ubi"]

@pytest.fixture
def world(request):
    from harness.plugin.options import STAGE
    return request.config.stash[STAGE].world

def answers(running, patience=10.0):
    try:
        url = running.lines["redis"].url.replace("redis:", "http:")
        return httpx.get(f"{url}/__fake__/health", trust_env=False, timeout=patience).status_code
    except httpx.TimeoutException:
        return "nothing"
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return "lost"
"""
SCENARIO = '''
@requirement("NFR-6")
async def test_it(engine, running, redis):
    """Redis may be lost."""
    told = []
    for lose, patience in ((redis.{first}, 10.0), (redis.{second}, 0.3)):
        await lose()
        told.append([await redis.times_missed(), *[answers(running, patience) for _ in range({asked})]])
        told[-1].append(await redis.times_missed())
    {after}
    assert (await engine.decide()).status == {status}
'''


def scenario(first: str, second: str, *, asked: int, after: str = "", status: int = 200) -> str:
    return OWN + SCENARIO.format(first=first, second=second, asked=asked, after=after, status=status)


def test_a_loss_that_struck_says_when_and_is_over_when_the_next_begins(run: Callable[..., Ran]) -> None:
    then = "await redis.heals(); print('told:', told, answers(running))"
    ran = run(scenario("goes_down", "never_answers", asked=1, after=then), "-s")

    assert [(fault.dependency, fault.fault, fault.operation) for fault in ran.faults] == [
        ("redis", "cut", None),
        ("redis", "never_answer", None),
    ]
    assert [len(fault.fired_at) for fault in ran.faults] == [1, 1]
    assert {fault.scenario for fault in ran.faults} == {ran.only.scenario}
    assert "told: [[0, 'lost', 1], [0, 'nothing', 1]] 200" in ran.out
    assert ran.only.outcome == "passed"


@pytest.mark.parametrize("status", [200, 204])
def test_a_loss_that_nobody_met_leaves_its_scenario_not_exercised(
    run: Callable[..., Ran], status: int
) -> None:
    ran = run(scenario("goes_down", "goes_down", asked=0, status=status))

    assert [fault.fired_at for fault in ran.faults] == [(), ()]
    assert ran.only.outcome == "not_exercised"
    assert "redis cut" in ran.only.reason


def test_storage_cannot_fail_in_the_shared_world(run: Callable[..., Ran]) -> None:
    ran = run(SCENARIO.format(first="goes_down", second="goes_down", asked=0, after="", status=200))

    assert ran.only.outcome == "unknown"
    assert "the redis may only fail in a world of the scenario's own: mark it own_world" in ran.only.reason
