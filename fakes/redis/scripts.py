"""Armed faults: the newest one that means a command is what happens to it.

Rule: no I/O. Scripts lie in pigeonholes by command name: a command looks only at those that could mean it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fakes.redis.faults import Choosy
from fakes.redis.names import is_name
from fakes.redis.records import RedisScriptState
from fakes.shape.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.redis.client import Client
    from fakes.redis.faults import Fault
    from fakes.redis.selection import Selection
    from fakes.redis.strict import Command
    from fakes.shape.clock import Clock


@dataclass(slots=True, eq=False)
class Script:
    """A fault for certain commands, and how often it has really struck."""

    selection: Selection
    kind: str
    fault: Fault
    order: Mapping[str, Any]
    armed_at: str
    number: int
    left: int | None
    id: str = field(default_factory=lambda: str(uuid4()))
    fired_at: list[str] = field(default_factory=list)

    def means(self, client: Client, command: Command) -> bool:
        """Say whether that command of that client is meant."""
        if self.left == 0 or not self.selection.means(client, command):
            return False
        return not isinstance(self.fault, Choosy) or self.fault.means(command)

    def state(self) -> RedisScriptState:
        """Return what became of it so far."""
        operation = self.selection.operation
        return RedisScriptState(
            script_id=self.id,
            operation=None if operation is None else operation.decode(),
            match=self.selection.match,
            fault=dict(self.order),
            armed_at=self.armed_at,
            fired_at=tuple(self.fired_at),
            hits=len(self.fired_at),
            exhausted=self.left == 0,
        )


def require_possible(selection: Selection, fault: Fault) -> None:
    """Raise ValueError where a script could never fire: the message says why."""
    name = selection.operation
    if name is None:
        return
    if not is_name(name):
        raise ValueError(f"no command is named {name.decode()!r}")
    if isinstance(fault, Choosy) and name not in fault.names:
        able = b", ".join(sorted(fault.names)).decode()
        raise ValueError(f"{name.decode()} cannot suffer that fault; there are {able}")


class Scripts:
    """All scripts of the fake."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._by_id: dict[str, Script] = {}
        self._homes: dict[bytes | None, list[Script]] = {}

    def arm(
        self, selection: Selection, kind: str, fault: Fault, order: Mapping[str, Any], times: int | None
    ) -> Script:
        """Add a script; it wins over all that are there."""
        script = Script(selection, kind, fault, order, rfc3339(self._clock()), next(self._numbers), times)
        self._by_id[script.id] = script
        self._homes.setdefault(selection.name, []).append(script)
        return script

    def concern(self, names: list[bytes]) -> bool:
        """Say whether any script could mean a command of one of these names."""
        homes = self._homes
        return bool(homes) and (None in homes or not homes.keys().isdisjoint(names))

    def find(self, client: Client, name: bytes, command: Command) -> Script | None:
        """Return the newest script that means this command."""
        found: Script | None = None
        for home in (name, None):
            for script in reversed(self._homes.get(home, ())):
                if script.means(client, command):
                    found = script if found is None or script.number > found.number else found
                    break
        return found

    def fire(self, script: Script) -> None:
        """Count that a script has struck."""
        script.fired_at.append(rfc3339(self._clock()))
        if script.left is not None:
            script.left -= 1
            if script.left == 0:
                self._unhouse(script)

    def get(self, script_id: str) -> Script | None:
        """Return a script that was neither healed nor reset."""
        return self._by_id.get(script_id)

    def within(self, scope: Selection) -> list[Script]:
        """Return the scripts that name all that `scope` names (all, where that is empty), oldest first."""
        return [script for script in self._by_id.values() if script.selection.within(scope)]

    def heal(self, script_id: str) -> Script | None:
        """Take a script away; None if there is none of that id."""
        script = self._by_id.pop(script_id, None)
        if script is not None:
            self._unhouse(script)
        return script

    def reset(self, scope: Selection) -> None:
        """Take away every script that names all that `scope` names."""
        for script in self.within(scope):
            self.heal(script.id)

    def _unhouse(self, script: Script) -> None:
        housed = self._homes.get(script.selection.name, [])
        if script in housed:
            housed.remove(script)
        if not housed:
            self._homes.pop(script.selection.name, None)
