"""Scripted answers and faults: the newest one that fits a request is what happens to it.

Rule: no I/O. Scripts lie in pigeonholes by the narrowest thing that they ask for, so that a request looks
only at those that could mean it, however many tests run at a time.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

from fakes.records import Match, ScriptState
from fakes.shape.clock import rfc3339
from fakes.shape.identity import Key, keys_of

if TYPE_CHECKING:
    from fakes.http.answer import Answer
    from fakes.shape.clock import Clock
    from fakes.shape.faults import Fault
    from fakes.shape.identity import Identity

_ANYBODY: Key = ("", "")


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault and the name of its kind."""

    kind: str
    fault: Fault


@dataclass(slots=True, eq=False)
class Script:
    """What happens instead of the normal answer, and how often it did."""

    operation: str | None
    match: Match
    act: Answer | Armed
    armed_at: str
    number: int
    left: int | None
    id: str = field(default_factory=lambda: str(uuid4()))
    fired_at: array[float] = field(default_factory=lambda: array("d"))
    keys: frozenset[Key] = field(init=False)
    home: Key = field(init=False)

    def __post_init__(self) -> None:
        keys = keys_of(self.match)
        self.keys = frozenset(keys)
        self.home = keys[0] if keys else _ANYBODY

    def fits(self, operation: str | None, keys: frozenset[Key]) -> bool:
        """Say whether this script means that request."""
        return self.operation in (None, operation) and self.keys <= keys and self.left != 0

    def state(self) -> ScriptState:
        """Return what became of it so far."""
        fired = tuple(rfc3339(at) for at in self.fired_at)
        return ScriptState(self.id, self.operation, self.match, self.armed_at, fired, len(fired))


class Scripts:
    """All scripts of one fake."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._by_id: dict[str, Script] = {}
        self._homes: dict[Key, list[Script]] = {}

    def arm(self, operation: str | None, match: Match, act: Answer | Armed, times: int | None) -> Script:
        """Add a script; it wins over all that are there."""
        script = Script(operation, match, act, rfc3339(self._clock()), next(self._numbers), times)
        self._by_id[script.id] = script
        self._homes.setdefault(script.home, []).append(script)
        return script

    def fire(self, operation: str | None, identity: Identity) -> Script | None:
        """Return the newest script that means this request, having counted the hit."""
        if not self._homes:
            return None
        script = self._newest(operation, identity)
        if script is None:
            return None
        script.fired_at.append(self._clock())
        if script.left is not None:
            script.left -= 1
            if script.left == 0:
                self._unhouse(script)
        return script

    def _newest(self, operation: str | None, identity: Identity) -> Script | None:
        keys = frozenset(identity.as_keys())
        found: Script | None = None
        for home in (*keys, _ANYBODY):
            for script in reversed(self._homes.get(home, ())):
                if script.fits(operation, keys):
                    found = script if found is None or script.number > found.number else found
                    break
        return found

    def get(self, script_id: str) -> Script | None:
        """Return a script that was neither healed nor reset."""
        return self._by_id.get(script_id)

    def heal(self, script_id: str) -> Script | None:
        """Take a script away; None if there is none of that id."""
        script = self._by_id.pop(script_id, None)
        if script is not None:
            self._unhouse(script)
        return script

    def reset(self, scope: frozenset[Key]) -> None:
        """Take away every script that asks for all of `scope` (all scripts, where that is empty)."""
        for script in [script for script in self._by_id.values() if scope <= script.keys]:
            self.heal(script.id)

    def _unhouse(self, script: Script) -> None:
        housed = self._homes.get(script.home, [])
        if script in housed:
            housed.remove(script)
        if not housed:
            self._homes.pop(script.home, None)
