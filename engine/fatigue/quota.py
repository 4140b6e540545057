"""What the fatigue step needs to know of actions and limits (engine.md 5.5), as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from engine.values.words import ACTION_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.action import Action
    from engine.values.standing import Quotas
    from engine.values.surroundings import Facts

HIGHEST = 1_000_000_000  # beyond this a limit limits nobody; it keeps Lua's numbers exact
NO_LIMIT = -1
COOLDOWN = ":cooldown"  # as the script has it
_PREFIX = "mmm:fatigue"


@dataclass(frozen=True, slots=True)
class Spending:
    """The keys and arguments of one atomic check-and-count."""

    keys: tuple[str, ...]
    arguments: tuple[str, ...]


def spending(facts: Facts, actions: tuple[Action, ...], quotas: Quotas, now_ms: int) -> Spending:
    """Describe the step for these actions, best first."""
    keys = [actor_key(facts, action_type) for action_type in ACTION_TYPES]
    arguments = [str(now_ms), _capped(quotas.max_actions_per_hour), _capped(quotas.max_actions_per_day)]
    for action in actions:
        keys += [playbook_key(facts, action.playbook_id), repo_key(facts, action.playbook_id)]
        limits = action.limits
        arguments += [
            action.action_id,
            str(ACTION_TYPES.index(action.type) + 1),
            _optional(limits.max_per_actor_per_day),
            _optional(limits.max_per_repo_per_day if facts.repo_id else None),
            _capped(limits.cooldown_minutes or 0),
        ]
    return Spending(tuple(keys), tuple(arguments))


def actor_key(facts: Facts, action_type: str) -> str:
    """Name what an actor was shown of a type."""
    return _key(facts.tenant_id, facts.actor_id, action_type)


def keys_of(tenant_id: str, actor_id: str, playbook_ids: Iterable[str]) -> tuple[str, ...]:
    """Name all that is kept of an actor, given every playbook that it may have been shown."""
    shown = tuple(_key(tenant_id, actor_id, "playbook", playbook_id) for playbook_id in playbook_ids)
    types = (_key(tenant_id, actor_id, action_type) for action_type in ACTION_TYPES)
    return (*types, *shown, *(key + COOLDOWN for key in shown))


def playbook_key(facts: Facts, playbook_id: str) -> str:
    """Name what an actor was shown of a playbook."""
    return _key(facts.tenant_id, facts.actor_id, "playbook", playbook_id)


def repo_key(facts: Facts, playbook_id: str) -> str:
    """Name what was shown of a playbook in a repository."""
    return _key(facts.tenant_id, "", facts.repo_id or "", "playbook", playbook_id)


def _key(*parts: str) -> str:
    return ":".join((_PREFIX, *(quote(part, safe="") for part in parts)))


def _optional(limit: int | None) -> str:
    return str(NO_LIMIT) if limit is None else _capped(limit)


def _capped(limit: int) -> str:
    return str(min(limit, HIGHEST))
