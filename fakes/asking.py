"""What the clients of all control APIs have in common, whatever a fake's scripts and journal look like.

Rule: a refusal is an error with the fake's own words; nothing here knows how a fake is made.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

import httpx
import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST_ERROR = 400
_PATIENCE_SECONDS = 10.0


class ControlError(Exception):
    """A fake's control API refused what it was asked, or did not answer; the message says which fake."""


class Fired(Protocol):
    """A script's state, as far as every fake has it."""

    @property
    def hits(self) -> int:
        """Return how often it has answered or harmed somebody."""


T = TypeVar("T")
State = TypeVar("State", bound=Fired)
Line = TypeVar("Line")
State_co = TypeVar("State_co", covariant=True)
Line_co = TypeVar("Line_co", covariant=True)


class States(Protocol[State_co]):
    """A list of scripts."""

    @property
    def scripts(self) -> tuple[State_co, ...]:
        """Return what became of each."""


class Page(Protocol[Line_co]):
    """A page of a journal."""

    @property
    def entries(self) -> tuple[Line_co, ...]:
        """Return what is on it."""

    @property
    def next_after(self) -> int | None:
        """Return after which entry there is more."""


@dataclass(frozen=True, slots=True)
class Speech(Generic[State, Line]):
    """The records that a control API answers with."""

    state: type[State]
    states: type[States[State]]
    page: type[Page[Line]]


class ControlClient(Generic[State, Line]):
    """The controls that are everywhere. Close it, or use it as an async context manager.

    `healed`: what became of the scripts that were taken away here, since the last reset of everything.
    """

    def __init__(self, name: str, url: str, speech: Speech[State, Line]) -> None:
        self.name = name
        self.url = url
        self.healed: list[State] = []
        self._speech = speech
        self._client = httpx.AsyncClient(
            base_url=f"{url}/__fake__", timeout=_PATIENCE_SECONDS, trust_env=False, verify=certificates()
        )

    async def scripts(self, **scope: str | int) -> tuple[State, ...]:
        """Return what became of the scripts: of whom `scope` names, or of all."""
        return (await self._ask("GET", "/scripts", self._speech.states, params=scope)).scripts

    async def unused(self, **scope: str | int) -> tuple[State, ...]:
        """Return the scripts that have answered or harmed nobody."""
        return tuple(state for state in await self.scripts(**scope) if not state.hits)

    async def state(self, script_id: str) -> State:
        """Say whether, when and how often a script has fired."""
        return await self._ask("GET", f"/scripts/{script_id}", self._speech.state)

    async def heal(self, script_id: str) -> State:
        """Take a script away; return what it did."""
        state = await self._ask("DELETE", f"/scripts/{script_id}", self._speech.state)
        self.healed.append(state)
        return state

    async def journal(self, **filters: str | int) -> list[Line]:
        """Return what the fake was asked: of whom a scope can name, by operation, after an entry.

        All of it, page by page (`limit`: entries of a page), however much it is.
        """
        return await self._pages("/journal", filters)

    async def reset(self, **scope: str | int) -> None:
        """Take away scripts, journal and state of whom `scope` names; of all by default."""
        await self._ask("POST", "/reset", dict[str, str], scope)
        if not scope:
            self.healed.clear()

    async def health(self) -> str:
        """Return "ready"."""
        return (await self._ask("GET", "/health", dict[str, str]))["status"]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def _arm(self, order: Mapping[str, object]) -> str:
        return (await self._ask("POST", "/scripts", dict[str, str], order))["script_id"]

    async def _pages(self, path: str, filters: Mapping[str, str | int]) -> list[Line]:
        entries: list[Line] = []
        after: int | None = int(filters.get("after", 0))
        while after is not None:
            page = await self._ask("GET", path, self._speech.page, params={**filters, "after": after})
            entries.extend(page.entries)
            after = page.next_after
        return entries

    async def _ask(
        self,
        method: str,
        path: str,
        wanted: type[T],
        body: object = None,
        params: Mapping[str, str | int] | None = None,
    ) -> T:
        content = b"" if body is None else msgspec.json.encode(body)
        headers = {"content-type": "application/json"} if content else {}
        try:
            answer = await self._client.request(method, path, content=content, headers=headers, params=params)
        except httpx.HTTPError as error:
            raise ControlError(f"fake {self.name} at {self.url}: {type(error).__name__} {error}") from error
        if answer.status_code >= _FIRST_ERROR:
            raise ControlError(f"fake {self.name} refused {method} {path}: {answer.text}")
        return msgspec.json.decode(answer.content, type=wanted)


@cache
def certificates() -> ssl.SSLContext:
    """Return the system's certificates: to read them takes longer than an exchange, so once a process."""
    return ssl.create_default_context()
