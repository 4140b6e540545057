"""Whose request it is: what keeps parallel tests apart.

Rule: pure; a key is (kind, value), and two requests with no key in common never meet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.records import Scope

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_BEARER = "bearer "

Key = tuple[str, str]


def trace_id(traceparent: str) -> str:
    """Return the trace id of a traceparent; anything else (a bare trace id, too) is itself."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else traceparent


def bearer(authorization: str | None) -> str | None:
    """Return the token of an Authorization header, or None."""
    if authorization is None or not authorization.lower().startswith(_BEARER):
        return None
    return authorization[len(_BEARER) :].strip() or None


class Identity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a request says of its origin, as far as it does."""

    tenant: str | None = None
    token: str | None = None
    sub: str | None = None
    traceparent: str | None = None

    @classmethod
    def of_headers(
        cls, headers: Mapping[str, str], *, tenant: str | None = None, sub: str | None = None
    ) -> Identity:
        """Return what the headers say, and what is known besides."""
        token = bearer(headers.get("authorization"))
        return cls(tenant or None, token, sub or None, headers.get("traceparent"))

    def as_keys(self) -> tuple[Key, ...]:
        """Return what this request can be told apart by."""
        keys: list[Key] = []
        if self.tenant:
            keys.append(("tenant", self.tenant))
        if self.token:
            keys.append(("token", self.token))
        if self.sub:
            keys.append(("sub", self.sub))
        if self.traceparent:
            keys.append(("traceparent", trace_id(self.traceparent)))
        return tuple(keys)


def keys_of_all(identities: Sequence[Identity]) -> set[Key]:
    """Return every key that one of them has: the same as one by one, for less where many are alike."""
    traces = {one.traceparent for one in identities if one.traceparent}
    keys: set[Key] = {("traceparent", trace_id(trace)) for trace in traces}
    keys.update(("tenant", tenant) for tenant in {one.tenant for one in identities} if tenant)
    keys.update(("token", token) for token in {one.token for one in identities} if token)
    keys.update(("sub", sub) for sub in {one.sub for one in identities} if sub)
    return keys


def keys_of(scope: Scope) -> tuple[Key, ...]:
    """Return the keys that a scope (or a match, which is one) asks for, the narrowest kind first."""
    pairs = (
        ("token", scope.token),
        ("traceparent", scope.traceparent and trace_id(scope.traceparent)),
        ("sub", scope.sub),
        ("tenant", scope.tenant),
    )
    return tuple((kind, value) for kind, value in pairs if value is not None)
