"""Waiting until an engine is ready: by asking, not by hoping."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from fakes.asking import tls
from harness.driving.looks import client_of
from harness.processes import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAUSE = 0.05
ASK_SECONDS = 5.0
LOST_SECONDS = 8.0


class NotReadyError(UnbuildableError):
    """The engine runs and is not ready. `dependencies` are those that its own answer calls unavailable."""

    def __init__(self, line: str, dependencies: tuple[str, ...] = ()) -> None:
        super().__init__(line)
        self.dependencies = dependencies


@dataclass(frozen=True, slots=True)
class Readiness:
    """How long it took, and what a reader should know of the readiness route."""

    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look showed."""

    status: int | None = None
    dependencies: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def up(self) -> bool:
        """Tell whether the engine serves: ready, or without a readiness route to say so."""
        if self.status is None:
            return False
        return self.status < httpx.codes.INTERNAL_SERVER_ERROR or self.status == httpx.codes.NOT_IMPLEMENTED

    def why_not(self, path: str) -> str:
        """Say in words why this is not ready."""
        if self.status is None:
            return self.trouble
        named = f", unavailable: {', '.join(self.dependencies)}" if self.dependencies else ""
        return f"{path} says {self.status}{named}"


def wait_until_ready(
    origin: str,
    path: str,
    seconds: float,
    check_alive: Callable[[], None],
    fakes: Mapping[str, str] | None = None,
) -> Readiness:
    """Ask until the engine is ready; `check_alive` raises as soon as its process has ended.

    An engine that keeps calling one of our fakes unavailable, and never called it, has a wrong address: it is
    not waited for to the end.
    """
    began = time.monotonic()
    looks = client_of(path)
    with httpx.Client(
        base_url=origin, headers=looks, trust_env=False, timeout=ASK_SECONDS, verify=tls()
    ) as client:
        while True:
            check_alive()
            answer = look(client, path)
            waited = time.monotonic() - began
            if answer.up:
                return Readiness(waited, _note(answer, path))
            lost = (
                never_heard(answer.dependencies, fakes or {}) if waited > min(seconds, LOST_SECONDS) else ""
            )
            if lost or waited > seconds:
                line = f"the engine at {origin} is not ready after {waited:.1f} s: {answer.why_not(path)}"
                raise NotReadyError(line + lost, answer.dependencies)
            time.sleep(PAUSE)


def look(client: httpx.Client, path: str) -> Answer:
    """Ask once."""
    try:
        reply = client.get(path)
    except httpx.ConnectError:
        return Answer(trouble="nobody listens there")
    except httpx.HTTPError as error:
        return Answer(trouble=f"{path} does not answer ({type(error).__name__})")
    return Answer(reply.status_code, _unavailable(reply))


def never_heard(dependencies: tuple[str, ...], fakes: Mapping[str, str]) -> str:
    """Say of our fakes among them, if they never heard a thing, that the address is to blame."""
    ours = [name for name in dependencies if name in fakes]
    deaf = [name for name in ours if not _journal(fakes[name])]
    if not deaf or len(deaf) < len(ours):
        return ""
    places = ", ".join(f"{name} (at {fakes[name]})" for name in deaf)
    return f"; {places} never heard from it: is the address in target.env right?"


def _journal(fake: str) -> list[object]:
    reply = httpx.get(f"{fake}/__fake__/journal", trust_env=False, timeout=ASK_SECONDS, verify=tls())
    entries: list[object] = reply.raise_for_status().json()["entries"]
    return entries


def _unavailable(reply: httpx.Response) -> tuple[str, ...]:
    try:
        body: Any = reply.json()
    except ValueError:
        return ()
    named = body.get("unavailable_dependencies") if isinstance(body, dict) else None
    return tuple(str(name) for name in named) if isinstance(named, list) else ()


def _note(answer: Answer, path: str) -> str:
    if answer.status is None or httpx.codes.is_success(answer.status):
        return ""
    return f"{path} says {answer.status}: the engine is up, but has no readiness route to say so"
