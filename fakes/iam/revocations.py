"""Which tokens are good no more, and from when on."""

from __future__ import annotations

from typing import Annotated

import msgspec

_LATEST = 3600.0


class RevocationOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which token is to be good no more, and how late that takes effect (the real service: within 5 s)."""

    jti: str
    propagation_seconds: Annotated[float, msgspec.Meta(ge=0, le=_LATEST)] = 0.0


class Revocations:
    """Revoked ids. A jti names one token, so that what one test revokes is nothing to another."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def add(self, jti: str, at: float) -> None:
        """Revoke from a time on; the earliest counts."""
        self._since[jti] = min(at, self._since.get(jti, at))

    def hold(self, jti: str, now: float) -> bool:
        """Say whether a token of that id is revoked now."""
        since = self._since.get(jti)
        return since is not None and since <= now

    def clear(self) -> None:
        """Forget everything."""
        self._since.clear()
