"""5.6: asks for the texts of the actions that came through the gates, all at once, within one time-out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.pipeline.generated import Generation, flags_of, settled

if TYPE_CHECKING:
    from engine.dependencies.llm import LlmGateway
    from engine.values.action import Action
    from engine.values.surroundings import Facts

AT_ONCE = 10
GRACE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Texts:
    """The actions with their texts, and what was learned about these."""

    actions: tuple[Action, ...]
    flags: tuple[str, ...]
    unavailable: frozenset[str]


async def with_texts(gateway: LlmGateway, actions: tuple[Action, ...], facts: Facts) -> Texts:
    """Return the actions that can be shown."""
    prompts = {action.action_id: action.prompt for action in actions if action.prompt is not None}
    found = dict(zip(prompts, await _generated(gateway, tuple(prompts.values()), facts), strict=True))
    shown = (settled(a, found[a.action_id]) if a.action_id in found else a for a in actions)
    return Texts(
        actions=tuple(action for action in shown if action is not None),
        flags=flags_of(found.values()),
        unavailable=frozenset() if all(one.available for one in found.values()) else frozenset(("llm",)),
    )


async def _generated(gateway: LlmGateway, prompts: tuple[str, ...], facts: Facts) -> list[Generation]:
    if not prompts:
        return []
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(prompt: str) -> Generation:
        async with turns:
            return await gateway.generate(prompt, facts)

    tasks = [asyncio.create_task(one(prompt)) for prompt in prompts]
    _, late = await asyncio.wait(tasks, timeout=gateway.service.seconds + GRACE_SECONDS)
    for task in late:
        task.cancel()
    return [Generation(available=False) if t in late else t.result() for t in tasks]
