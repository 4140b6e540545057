"""What a load run starts from: a published playbook, many people with tokens, and one decision of each lane.

A step that the engine refuses is blamed on that step's requirement, as in any scenario.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.control import IamControl
from harness.driving.builders import a_decide_request, a_mirror, a_playbook
from harness.driving.engine import EngineClient
from harness.driving.givens import Given
from harness.driving.names import Names
from harness.driving.people import People, Wallet
from harness.load.plan import LANES

if TYPE_CHECKING:
    from harness.driving.recorder import Recorder
    from harness.worlds import World
    from reports.record import Persona

WARM_UP = 5


class Prepared:
    """The tokens by which the load is made, and the body that each request is made of."""

    def __init__(self, tokens: dict[str, Persona], body: dict[str, Any]) -> None:
        self.tokens = tokens
        self.body = body


async def prepare(world: World, recorder: Recorder, people_wanted: int) -> Prepared:
    """Publish a playbook, warm the engine up and make everybody's token."""
    iam = IamControl("iam", world.fakes["iam"])
    names = Names(world.seed, "load")
    people = People(names, names.tenant())
    wallet = Wallet(iam, recorder)
    engine = EngineClient(world, people, wallet, recorder)
    try:
        await _warm_up(Given(engine, people), people)
        crowd = [people.someone(f"caller_{number}") for number in range(people_wanted)]
        tokens = {await wallet.token_of(person): person for person in crowd}
    finally:
        await engine.aclose()
        await iam.aclose()
    return Prepared(tokens, a_decide_request(people.developer))


async def _warm_up(given: Given, people: People) -> None:
    mirror = a_mirror(surfaces=list(LANES))
    await given.published_playbook(a_playbook(actions=[mirror]))
    for lane in LANES:
        for _ in range(WARM_UP):
            request = a_decide_request(people.developer)
            await given.decision(people.another_developer(), context=request["context"] | {"source": lane})
