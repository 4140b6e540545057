"""A general mutant (tests/mutants) is the engine with one thing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.house import running_engine, talking

if TYPE_CHECKING:
    from tests.engine.house import Place


async def test_a_mutant_is_the_engine_with_one_thing_changed(place: Place, fresh: str) -> None:
    name = "routes.outcomes-post_outcome-NumberReplacer-1"  # 202 becomes 203

    with running_engine(place, fresh, "tests.mutants", name) as engine:
        async with talking(engine, place) as talk:
            await talk.publish()
            decision = await talk.decided()
            (action,) = decision["actions"]
            body = {"action_id": action["action_id"], "result": "shown"}
            answer = await talk.ask("POST", f"/decisions/{decision['decision_id']}/outcomes", body)

    assert answer.status_code == 203
