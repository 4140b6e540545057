"""Ready is an engine that can do its work: it asks, and says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import EngineClient, Eris, Iam, asked_until, own_world, parametrize, requirement

if TYPE_CHECKING:
    from harness.scenario import Dependency

# A breaker that counts, a health that is remembered for a moment: an engine need not notice at once.
NOTICED_WITHIN = 15.0


@requirement("NFR-6")
@own_world()
@parametrize("gone", ["iam", "eris"])
async def test_an_engine_whose_dependency_is_gone_is_not_ready(
    gone: str, engine: EngineClient, iam: Iam, eris: Eris
) -> None:
    """While IAM or ERIS is gone, ready is 503 and names what is missing; health stays 200.

    Policy is asked by a route of the engine's choice.
    """
    dependency: Dependency = {"iam": iam, "eris": eris}[gone]
    before = await asked_until(
        lambda: engine.public("ready"), lambda reply: reply.status == 200, within=NOTICED_WITHIN
    )
    await dependency.goes_down()

    after = await asked_until(
        lambda: engine.public("ready"), lambda reply: reply.status == 503, within=NOTICED_WITHIN
    )
    alive = await engine.public("health")

    assert before[-1].status == 200
    assert after[-1].status == 503
    assert after[-1].object["unavailable_dependencies"]
    assert alive.status == 200
