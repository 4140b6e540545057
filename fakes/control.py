"""The client of the control API: scripts, journals and what the fakes keep, from any process.

Rule: a refusal is an error with the fake's own words; nothing here knows how a fake is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fakes.asking import ControlClient, ControlError, Speech
from fakes.records import (
    BadToken,
    BadTokens,
    Breach,
    Condition,
    DeadLetter,
    Entry,
    Journal,
    Kept,
    Match,
    Meta,
    MetaReceipt,
    MetaReceipts,
    Nearest,
    Reply,
    Rotation,
    ScriptState,
    ScriptStates,
    Span,
    Spans,
    Step,
    Stored,
    TextCondition,
    Verified,
)
from fakes.redis.records import (
    RedisEntry,
    RedisMatch,
    RedisPage,
    RedisScriptState,
    RedisScriptStates,
)
from fakes.telling import tell_unsatisfied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BadToken",
    "Breach",
    "Condition",
    "ControlError",
    "DeadLetter",
    "Entry",
    "ErisControl",
    "FakeControl",
    "IamControl",
    "Kept",
    "Match",
    "Meta",
    "MetaReceipt",
    "Nearest",
    "NotAsAskedError",
    "OtlpControl",
    "RedisControl",
    "RedisEntry",
    "RedisMatch",
    "RedisScriptState",
    "Reply",
    "Rotation",
    "ScriptState",
    "Span",
    "Step",
    "Stored",
    "TextCondition",
    "Verified",
]


class NotAsAskedError(AssertionError):
    """A request did not come as often as it must; the message says how often, and what came nearest."""


_SPEECH = Speech(ScriptState, ScriptStates, Journal)
_REDIS_SPEECH = Speech(RedisScriptState, RedisScriptStates, RedisPage)


class FakeControl(ControlClient[ScriptState, Entry]):
    """The controls that every fake has which speaks HTTP; a scope is tenant, token, sub or traceparent."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name, url, _SPEECH)

    async def script(
        self,
        operation: str | None = None,
        *,
        match: Match | Mapping[str, Any] | None = None,
        reply: Reply | Mapping[str, Any] | None = None,
        fault: Mapping[str, Any] | None = None,
        steps: Sequence[Step | Mapping[str, Any]] = (),
        repeat: bool = False,
        times: int | None = None,
        seconds: float | None = None,
        probability: float | None = None,
        seed: int | None = None,
    ) -> str:
        """Script an answer, a fault or steps, for any or one operation ("METHOD /template"); return the id.

        It lasts so many times and seconds, or until it is healed; steps end by themselves, or repeat.
        """
        what = {"match": match or {}, "reply": reply, "fault": fault, "steps": steps, "repeat": repeat}
        how = {"times": times, "seconds": seconds, "probability": probability, "seed": seed}
        return await self._arm({"operation": operation, **what, **how})

    async def violations(self, **filters: str | int) -> list[Entry]:
        """Return the requests that were outside the fake's contract: filtered and paged as the journal is."""
        return await self._pages("/violations", filters)

    async def verify(
        self,
        operation: str | None = None,
        *,
        match: Match | Mapping[str, Any] | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> int:
        """Return how often such a request came; NotAsAskedError where that is not as often as it must.

        It must come at least once, where nothing is said.
        """
        bounds = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        order = {"operation": operation, "match": match or {}, **bounds}
        verified = await self._ask("POST", "/verify", Verified, order)
        if not verified.satisfied:
            raise NotAsAskedError(tell_unsatisfied(self.name, operation, match, bounds, verified))
        return verified.count


class IamControl(FakeControl):
    """IAM's controls: tokens for any persona, sound and bad; keys, revocations, limits."""

    async def mint(self, *, sub: str, tenant_id: str, **persona: Any) -> str:  # noqa: ANN401 -- the API's own members
        """Return a token.

        Besides: roles, scope, actor_type, lifetime_seconds, not_before_seconds, claims, flaw.
        """
        return str((await self.mint_whole(sub=sub, tenant_id=tenant_id, **persona))["token"])

    async def mint_whole(self, *, sub: str, tenant_id: str, **persona: Any) -> dict[str, Any]:  # noqa: ANN401 -- the API's own members
        """Return token, jti and claims."""
        order = {"sub": sub, "tenant_id": tenant_id, **persona}
        return await self._ask("POST", "/tokens", dict[str, Any], order)

    async def bad_tokens(self) -> tuple[BadToken, ...]:
        """Return the catalogue of bad tokens: each name is a flaw that can be ordered."""
        return (await self._ask("GET", "/bad-tokens", BadTokens)).bad_tokens

    async def rotate_keys(self) -> Rotation:
        """Sign with a new key from now on; the old one verifies until its tokens end, and a day longer."""
        return await self._ask("POST", "/keys/rotate", Rotation)

    async def revoke(self, jti: str, *, propagation_seconds: float = 0.0) -> None:
        """Make a token good no more: at once, or as late as is said."""
        order = {"jti": jti, "propagation_seconds": propagation_seconds}
        await self._ask("POST", "/revocations", dict[str, str], order)

    async def limit_rate(
        self, client: Match | Mapping[str, str] | None = None, *, rate: float = 50.0, burst: int = 200
    ) -> None:
        """Let a client (a token, sub, tenant or trace; all calls together) ask only so often."""
        order = {"client": client or {}, "rate": rate, "burst": burst}
        await self._ask("PUT", "/rate-limits", dict[str, str], order)

    async def unlimit_rate(self, client: Match | Mapping[str, str] | None = None) -> None:
        """Let a client ask as often as it likes again."""
        await self._ask("PUT", "/rate-limits", dict[str, str], {"client": client or {}, "enabled": False})


class ErisControl(FakeControl):
    """ERIS' controls: keys, and what is in the store."""

    async def register_key(self, kid: str, public_key: str, status: str = "active") -> None:
        """Register a public key (base64 of the 32 raw bytes), or change its status to "revoked"."""
        order = {"public_key": public_key, "status": status}
        await self._ask("PUT", f"/keys/{quote(kid, safe='')}", dict[str, str], order)

    async def accept_any_kid(self, accept: bool) -> None:  # noqa: FBT001 -- the setting is a boolean
        """Take receipts by any active registered key, whatever kid they name; or by their own kid only."""
        await self._ask("PUT", "/settings", dict[str, bool], {"accept_any_kid": accept})

    async def map_repository(self, repo_id: str, tenant_id: str) -> None:
        """Say whose the receipts of a repository are that name no tenant themselves."""
        order = {"tenant_id": tenant_id}
        await self._ask("PUT", f"/repositories/{quote(repo_id, safe='')}", dict[str, str], order)

    async def plan_exports(self, tenant_id: str, *statuses: str) -> None:
        """Say what a tenant's exports go through: the first when begun, one more at each look."""
        path = f"/exports/{quote(tenant_id, safe='')}"
        await self._ask("PUT", path, dict[str, list[str]], {"statuses": statuses})

    async def tamper(self, receipt_id: str, **damage: Any) -> None:  # noqa: ANN401 -- the API's own members
        """Change a stored receipt behind ERIS' back: members, hash, prev_hash, or lost=True."""
        await self._ask("PUT", f"/receipts/{receipt_id}/tamper", dict[str, str], damage)

    async def receipts(self, tenant_id: str | None = None) -> Stored:
        """Return what is stored, and what was refused, from a tenant or from all."""
        return await self._ask("GET", "/receipts", Stored, params=_given(tenant_id=tenant_id))

    async def meta_receipts(self, tenant_id: str | None = None) -> tuple[MetaReceipt, ...]:
        """Return who read what, when."""
        page = await self._ask("GET", "/meta-receipts", MetaReceipts, params=_given(tenant_id=tenant_id))
        return page.meta_receipts


class OtlpControl(FakeControl):
    """The collector's controls: the spans that it was sent."""

    async def spans(self, trace_id: str | None = None) -> tuple[Span, ...]:
        """Return the spans of one trace, or all."""
        return (await self._ask("GET", "/spans", Spans, params=_given(trace_id=trace_id))).spans


class RedisControl(ControlClient[RedisScriptState, RedisEntry]):
    """Redis' controls, at the URL of its control API; a scope is key, client, user or db.

    A reset takes the data of a key pattern or a db, too, and of all where none is named.
    """

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name, url, _REDIS_SPEECH)

    async def script(
        self,
        operation: str | None = None,
        *,
        fault: Mapping[str, Any],
        match: RedisMatch | Mapping[str, str | int] | None = None,
        times: int | None = None,
    ) -> str:
        """Script a fault for any or one command ("GET", "CLIENT SETNAME"); return the id.

        It lasts so many times, or until it is healed.
        """
        return await self._arm({"operation": operation, "match": match or {}, "fault": fault, "times": times})


def _given(**values: str | None) -> dict[str, str | int]:
    return {name: value for name, value in values.items() if value is not None}
