"""Scripted answers and faults: the newest one that fits a request is what happens to it.

Rule: no I/O. Scripts lie in pigeonholes by the narrowest thing that they ask for, so that a request looks
only at those that could mean it, however many tests run at a time; what is in it is looked at last.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from fakes.http.answer import Answer
from fakes.records import ScriptState
from fakes.shape.clock import rfc3339
from fakes.shape.identity import Key, keys_of
from fakes.shape.matching import matchers_of, redacted
from fakes.shape.plans import Act

if TYPE_CHECKING:
    from fakes.records import Match
    from fakes.shape.call import Call
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Identity
    from fakes.shape.matching import Matcher
    from fakes.shape.plans import Plan

_ANYBODY = ("", "")
_TIMES_KEPT = 10_000
_number = attrgetter("number")


@dataclass(slots=True, eq=False)
class Script:
    """What happens instead of the normal answer, and how often it did."""

    operation: str | None
    match: Match
    plan: Plan
    armed_at: float
    until: float | None
    number: int
    id: str = field(default_factory=lambda: str(uuid4()))
    hits: int = 0
    fired_at: array[float] = field(default_factory=lambda: array("d"))
    keys: frozenset[Key] = field(init=False)
    home: Key = field(init=False)
    endless: Shot | None = field(init=False)  # what it does to each call, where that is always the same
    replies: bool = field(init=False)
    _others: tuple[Key, ...] = field(init=False)
    _matchers: tuple[Matcher, ...] = field(init=False)

    def __post_init__(self) -> None:
        keys = keys_of(self.match)
        self.keys = frozenset(keys)
        self.home = keys[0] if keys else _ANYBODY
        act = self.plan.endless
        self.endless = None if act is None else Shot(self, act)
        self.replies = isinstance(act, Answer)
        self._others = keys[1:]
        self._matchers = matchers_of(self.match)

    def fits(self, call: Call, identity: Identity) -> bool:
        """Say whether this script, found in its home, means that request, chance aside."""
        if self.operation is not None and self.operation != call.operation:
            return False
        for kind, value in self._others:
            if identity.said(kind) != value:
                return False
        return not self._matchers or all(matcher.fits(call) for matcher in self._matchers)

    def expired(self, now: float) -> bool:
        """Say whether its time is over."""
        return self.until is not None and now >= self.until

    def fired(self, at: float) -> None:
        """Note that it has answered or harmed a call; of very many the first times are kept."""
        self.hits += 1
        if self.hits <= _TIMES_KEPT:
            self.fired_at.append(at)

    def state(self, now: float) -> ScriptState:
        """Return what became of it so far, without its token."""
        chance = self.plan.chance
        return ScriptState(
            script_id=self.id,
            operation=self.operation,
            match=redacted(self.match),
            armed_at=rfc3339(self.armed_at),
            fired_at=tuple(rfc3339(at) for at in self.fired_at),
            hits=self.hits,
            does=self.plan.told(),
            exhausted=self.plan.exhausted or self.expired(now),
            until=None if self.until is None else rfc3339(self.until),
            probability=chance.probability if chance else None,
            seed=chance.seed if chance else None,
            unreached=self.plan.unreached(),
        )


class Shot(msgspec.Struct, frozen=True):
    """What a script does to one request, or to all."""

    script: Script
    act: Act


class Scripts:
    """All scripts of one fake."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._by_id: dict[str, Script] = {}
        self._homes: dict[str, dict[str, list[Script]]] = {}

    def arm(self, operation: str | None, match: Match, plan: Plan, seconds: float | None = None) -> Script:
        """Add a script; it wins over all that are there. ValueError: such a match cannot be."""
        now = self._clock()
        until = None if seconds is None else now + seconds
        script = Script(operation, match, plan, now, until, next(self._numbers))
        self._by_id[script.id] = script
        kind, value = script.home
        self._homes.setdefault(kind, {}).setdefault(value, []).append(script)
        return script

    def fire(self, call: Call, identity: Identity, *, outside: bool = False) -> Shot | None:
        """Return what the newest script that means this request does to it, which uses up one of its times.

        A reply has fired with that; a fault notes for itself when it strikes, which it may never do. A reply
        means no request `outside` the contract: that one is refused.
        """
        housed = self._newest_first(identity) if self._homes else None
        if not housed:
            return None
        now = self._clock()
        for script in housed:
            if script.until is not None and script.expired(now):
                self._unhouse(script)
            elif outside and isinstance(script.plan.next_act, Answer):
                continue
            elif script.fits(call, identity) and (script.endless is not None or script.plan.meant()):
                return self._shot(script, now)
        return None

    def _newest_first(self, identity: Identity) -> list[Script]:
        """Return the scripts that may mean a request; what no script asks for is not looked at."""
        found: list[list[Script]] = []
        for kind, homes in self._homes.items():
            value = identity.said(kind) if kind else ""
            if value in homes:
                found.append(homes[value])
        if len(found) < 2:  # noqa: PLR2004 -- nothing to merge
            return found[0][::-1] if found else []
        return sorted(chain.from_iterable(found), key=_number, reverse=True)

    def _shot(self, script: Script, now: float) -> Shot:
        if script.endless is not None:  # nothing of its plan is ever used up
            if script.replies:
                script.fired(now)
            return script.endless
        act = script.plan.take()
        if isinstance(act, Answer):
            script.fired(now)
        if script.plan.exhausted:
            self._unhouse(script)
        return Shot(script, act)

    def get(self, script_id: str) -> ScriptState | None:
        """Return the state of a script that was neither healed nor reset."""
        script = self._by_id.get(script_id)
        return None if script is None else script.state(self._clock())

    def of(self, scope: frozenset[Key]) -> tuple[ScriptState, ...]:
        """Return the states of all scripts that ask for all of `scope`, in the order of their arming."""
        now = self._clock()
        return tuple(script.state(now) for script in self._within(scope))

    def heal(self, script_id: str) -> ScriptState | None:
        """Take a script away and return what it did; None if there is none of that id."""
        script = self._by_id.pop(script_id, None)
        if script is None:
            return None
        self._unhouse(script)
        return script.state(self._clock())

    def reset(self, scope: frozenset[Key]) -> None:
        """Take away every script that asks for all of `scope` (all scripts, where that is empty)."""
        for script in self._within(scope):
            self.heal(script.id)

    def _within(self, scope: frozenset[Key]) -> list[Script]:
        return [script for script in self._by_id.values() if scope <= script.keys]

    def _unhouse(self, script: Script) -> None:
        kind, value = script.home
        homes = self._homes.get(kind, {})
        housed = homes.get(value, [])
        if script in housed:
            housed.remove(script)
        if not housed:
            homes.pop(value, None)
        if not homes:
            self._homes.pop(kind, None)
