"""No actor gets more than its quotas and its playbooks' limits allow, in whatever order answers came.

Counted are the actions that were answered, so never more than the engine counts. A day and an hour are
rolling; two answers count as within one only if they surely were. A tenant whose time or storage was moved
is not counted, nor is an actor that was erased.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import CREATE, ERASE, UPDATE, Call, member
from harness.history.standing import PER_DAY, PER_HOUR, in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from harness.history.history import History
    from harness.history.party import Party

HOUR, DAY, MINUTE = 3600.0, 86400.0, 60.0
WINDOWS = {PER_HOUR: HOUR, PER_DAY: DAY}
ACTOR, REPO, PAUSE = "max_per_actor_per_day", "max_per_repo_per_day", "cooldown_minutes"


def looks(history: History) -> Looked:
    """Count the decisions that proposed something which a known quota or playbook's limit bounds."""
    return {"wire": sum(_bounded(party) for party in history.parties)}


def _bounded(party: Party) -> int:
    limited = {playbook for playbook, _ in _limits(party)}
    return sum(
        any(_limit(party, call, name) < float("inf") for name in WINDOWS)
        or any(action.get("playbook_id") in limited for action in call.actions)
        for call in chain.from_iterable(_proposals(party).values())
    )


def breaches(history: History) -> Iterator[Breach]:
    """Yield every answer with which an actor had too much."""
    for party in history.parties:
        by_actor = _proposals(party)
        for actor, calls in by_actor.items():
            yield from _over_quota(party, actor, calls)
        yield from _over_limits(party, list(chain.from_iterable(by_actor.values())))


def _proposals(party: Party) -> dict[str, list[Call]]:
    """Return the decisions with actions by actor, in the order in which their answers came."""
    erased = {call.params.get("actor_id") for call in party.of((ERASE,))}
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for call in sorted(party.calls, key=lambda each: each.ended):
        actor = str(member(call.decision, "actor_id"))
        if call.actions and actor not in erased and not party.disturbed:
            found[actor].append(call)
    return dict(found)


def _over_quota(party: Party, actor: str, calls: Sequence[Call]) -> Iterator[Breach]:
    for name, window in WINDOWS.items():
        limits = [_limit(party, call, name) for call in calls]
        for last, call in enumerate(calls):
            within = [one for one in range(last + 1) if call.ended - calls[one].begun < window]
            together = sum(len(calls[one].actions) for one in within)
            most = max(limits[one] for one in within)
            before = sum(len(calls[one].actions) for one in within if calls[one].ended < call.begun)
            now = before + len(call.actions)
            if together > most or now > limits[last]:
                got, allowed = (together, most) if together > most else (now, limits[last])
                detail = f"{actor} of {party.tenant} got {got} actions, and {name} is {allowed:g}"
                yield Breach(f"more than {name}", detail, call)
                break


def _limit(party: Party, call: Call, name: str) -> float:
    """Return the most generous quota that may have held for a call."""
    quotas = [standing.quotas for standing in in_force(party, call)]
    return max(float("inf") if quota is None else quota[name] for quota in quotas)


def _over_limits(party: Party, calls: Sequence[Call]) -> Iterator[Breach]:
    """Yield what is too much for a playbook whose limits are known."""
    for playbook, limits in _limits(party):
        fired = sorted(
            (call for call in calls if any(action.get("playbook_id") == playbook for action in call.actions)),
            key=lambda call: call.ended,
        )
        for name, whose in ((ACTOR, _actor), (REPO, _repo)):
            if name in limits:
                yield from _too_often(fired, name, limits[name], whose, playbook)
        if PAUSE in limits:
            yield from _too_soon(fired, limits[PAUSE] * MINUTE, playbook)


def _limits(party: Party) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the playbooks whose limits are known (given once, and never changed), with these."""
    changed = {call.params.get("playbook_id") for call in party.of((UPDATE,))}
    for made in party.of((CREATE,)):
        playbook, limits = member(made.said, "playbook_id"), member(made.asked, "limits")
        if not (made.done and isinstance(playbook, str) and isinstance(limits, dict)):
            continue
        numbers = {name: float(limits[name]) for name in (ACTOR, REPO, PAUSE) if _is_number(limits.get(name))}
        if numbers and playbook not in changed:
            yield playbook, numbers


def _too_often(
    fired: Iterable[Call], name: str, limit: float, whose: Callable[[Call], str | None], playbook: str
) -> Iterator[Breach]:
    by_key: defaultdict[str, list[Call]] = defaultdict(list)
    for call in fired:
        if (key := whose(call)) is not None:
            by_key[key].append(call)
    for key, calls in by_key.items():
        if len(calls) > limit and calls[-1].ended - calls[0].begun < DAY:
            detail = f"playbook {playbook} fired {len(calls)} times for {key}, and {name} is {limit:g}"
            yield Breach(f"more than {name}", detail, calls[-1])


def _too_soon(fired: Iterable[Call], pause: float, playbook: str) -> Iterator[Breach]:
    by_actor: defaultdict[str, list[Call]] = defaultdict(list)
    for call in fired:
        by_actor[_actor(call)].append(call)
    for actor, calls in by_actor.items():
        for earlier, later in pairwise(calls):
            if later.ended - earlier.begun < pause:
                detail = f"playbook {playbook} fired again for {actor} before {PAUSE} were over"
                yield Breach(f"sooner than {PAUSE}", detail, later)


def _actor(call: Call) -> str:
    return str(member(call.decision, "actor_id"))


def _repo(call: Call) -> str | None:
    repo = member(call.asked, "context", "repo_id")
    return repo if isinstance(repo, str) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECK = Check(
    name="quotas",
    title="No quota and no playbook's limit was exceeded in the run.",
    requirements=("FR-7",),
    looks=looks,
    breaches=breaches,
    counts=True,
)
