"""Every fault that a scenario arms is told when it is over: what it was, and each time it really struck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Ran

pytest_plugins = ["pytester"]

SCENARIO = '''
import httpx

GENERATION = {{
    "prompt": "p",
    "actor_id": "a",
    "actor_type": "human",
    "operation_type": "chat",
    "system_prompt_id": "s",
    "dry_run": False,
}}


@requirement("FR-4")
async def test_it(engine, llm, world, people):
    """A late gateway is waited for."""
    {armed}

    assert (await engine.decide()).status == 200
    for _ in range({asked}):
        url = world.fakes["llm"] + "/v1/llm/generate"
        httpx.post(url, json={{"tenant_id": people.tenant, **GENERATION}}, trust_env=False)
'''


def test_a_fault_that_struck_says_when(run: Callable[..., Ran]) -> None:
    ran = run(SCENARIO.format(armed="await llm.delays(GENERATE, 0.01)", asked=2))

    (fault,) = ran.faults
    assert (fault.scenario, fault.dependency) == (ran.only.scenario, "llm")
    assert (fault.fault, fault.operation) == ("delay 0.01 s", "POST /v1/llm/generate")
    assert len(fault.fired_at) == 2
    times = [instant(at) for at in (fault.armed_at, *fault.fired_at, fault.at)]
    assert times == sorted(times)
    assert ran.only.outcome == "passed"


def test_a_fault_that_never_struck_is_told_all_the_same(run: Callable[..., Ran]) -> None:
    ran = run(SCENARIO.format(armed="await llm.delays(GENERATE, 0.01)", asked=0))

    (fault,) = ran.faults
    assert fault.fired_at == ()
    assert ran.only.outcome == "not_exercised"


def test_a_scripted_answer_is_no_fault(run: Callable[..., Ran]) -> None:
    ran = run(SCENARIO.format(armed="await llm.writes('Well done.')", asked=1))

    assert ran.faults == []
    assert ran.only.outcome == "passed"
