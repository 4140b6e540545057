"""What all dependencies have in common: scripted answers, faults with their healing, and the journal.

Rules: in the shared world a script only ever matches the scenario's own tenant, and nothing fails;
whatever is scripted here is healed at the scenario's end, and says whether it ever came into play.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.driving.failures import ScenarioError, not_exercised
from harness.driving.recorder import DEPENDENCY, Disturbance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fakes.control import Entry, FakeControl
    from harness.driving.builders import Json
    from harness.driving.recorder import Recorder

# In a world of one's own nobody else can be hurt.
EVERYBODY: Json = {}
_POLL = 0.05


@dataclass(frozen=True)
class Place:
    """Where a scenario stands: its recorder, its tenant, and whether the world is its alone.

    `key_known`: ERIS knows the public key of this engine, so that it takes its receipts.
    """

    recorder: Recorder
    tenant: str
    exclusive: bool
    key_known: bool = True


@dataclass(frozen=True)
class _Armed:
    """What is scripted: as a reason shows it, and as the record tells it ("": it is no fault)."""

    shown: str
    fault: str


class Dependency:
    """One fake, for one scenario."""

    def __init__(self, name: str, control: FakeControl | None, place: Place) -> None:
        self.name = name
        self._control = control
        self._place = place
        self._armed: dict[str, _Armed] = {}
        self._idle_allowed: set[str] = set()

    async def replies(
        self,
        operation: str,
        body: object = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        times: int | None = None,
        match: Json | None = None,
        may_be_idle: bool = False,
    ) -> str:
        """Answer an operation with these words instead of the default; return the script's id.

        An answer that nobody ever asked for leaves the scenario not exercised, unless it `may_be_idle`.
        """
        reply: Json = {"status": status}
        reply |= ({"headers": headers} if headers else {}) | ({} if body is None else {"body": body})
        script = await self._arm(operation, match, times, {"reply": reply}, shown=f"answers {status}")
        if may_be_idle:
            self._idle_allowed.add(script)
        return script

    async def delays(self, operation: str, seconds: float, *, times: int | None = None) -> str:
        """Answer as ever, but later. Not a failure as long as it is within the engine's time-out."""
        fault = {"kind": "delay", "seconds": seconds}
        return await self._arm(operation, None, times, {"fault": fault}, shown=f"is {seconds} s late")

    async def drips(self, operation: str, bytes_per_second: float) -> str:
        """Answer as ever, but the body so slowly, until `heals`."""
        fault = {"kind": "slow_body", "bytes_per_second": bytes_per_second}
        return await self._fails(fault, None, operation)

    async def goes_down(self, *, match: Json | None = None, may_be_idle: bool = False) -> str:
        """Drop every connection instead of answering, until `heals`.

        `may_be_idle`: that nobody asks meanwhile is no excuse, but what the scenario looks for.
        """
        script = await self._fails({"kind": "reset"}, match)
        if may_be_idle:
            self._idle_allowed.add(script)
        return script

    async def fails_with(self, status: int) -> str:
        """Answer everything with this status, until `heals`."""
        return await self._fails({"kind": "status", "status": status}, None)

    async def never_answers(self) -> str:
        """Take every request and say nothing, until `heals`."""
        return await self._fails({"kind": "never_answer"}, None)

    async def heals(self) -> None:
        """Take back everything that was scripted."""
        while self._armed:
            script, armed = self._armed.popitem()
            state = await self.control.heal(script)
            self._record("DELETE", f"/scripts/{script}", None, 200)
            if armed.fault:
                self._place.recorder.fault_over(
                    self.name, armed.fault, state.operation, state.armed_at, state.fired_at
                )
            if script not in self._idle_allowed:
                disturbance = Disturbance(f"{self.name} {armed.shown}", bool(armed.fault), state.hits)
                self._place.recorder.disturbances.append(disturbance)

    async def calls(self, operation: str | None = None, **filters: str) -> list[Entry]:
        """Return what the engine asked on behalf of this scenario's tenant (or of what the filters say)."""
        wanted: Json = dict(filters) or {"tenant": self._place.tenant}
        if operation is not None:
            wanted["operation"] = operation
        entries = await self.control.journal(**wanted)
        self._place.recorder.look(DEPENDENCY)
        return list(entries)

    @property
    def control(self) -> FakeControl:
        """Return the control client; a fake that the engine does not use cannot be controlled."""
        if self._control is None:
            not_exercised(f"{self.name} of this target is not ours: it can be neither scripted nor read")
        return self._control

    async def _fails(self, fault: Json, match: Json | None, operation: str | None = None) -> str:
        if not self._place.exclusive:
            raise ScenarioError(
                f"{self.name} may only fail in a world of the scenario's own: mark it own_world"
            )
        return await self._arm(
            operation, EVERYBODY if match is None else match, None, {"fault": fault}, shown=fault["kind"]
        )

    async def _arm(
        self, operation: str | None, match: Json | None, times: int | None, what: Json, *, shown: str
    ) -> str:
        scope = {"tenant": self._place.tenant} if match is None else match
        if not scope and not self._place.exclusive:
            raise ScenarioError(f"a script of {self.name} in the shared world needs a match")
        script = await self.control.script(operation, match=scope, times=times, **what)
        order = {"operation": operation, "match": scope, "times": times, **what}
        self._record("POST", "/scripts", order, 201)
        fault = _told(what["fault"]) if "fault" in what else ""
        self._armed[script] = _Armed(f"{shown} for {operation or 'everything'}", fault)
        return script

    def _record(self, method: str, path: str, body: object, status: int) -> None:
        recorder = self._place.recorder
        text = "" if body is None else json.dumps(body)
        headers = {"content-type": "application/json"} if text else {}
        url = f"{self.control.url}/__fake__{path}"
        request = recorder.message(headers, text)
        recorder.record(side=f"control:{self.name}", method=method, url=url, request=request, status=status)


def _told(fault: Json) -> str:
    """Tell a fault: its kind, then its settings."""
    settings = (f"{value} s" if name == "seconds" else str(value) for name, value in fault.items())
    return " ".join(settings)


async def eventually(found: Callable[[], Awaitable[Any]], within: float) -> Any:  # noqa: ANN401 - whatever is found
    """Return the first truthy thing that is found, or the last falsy one when time is up."""
    deadline = time.monotonic() + within
    while not (thing := await found()) and time.monotonic() < deadline:  # noqa: ASYNC110 - another process acts
        await asyncio.sleep(_POLL)
    return thing
