"""Whose request it is: what keeps parallel tests apart.

Rule: pure; a key is (kind, value), and two requests with no key in common never meet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.records import Scope

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACEPARENT_LENGTH = 55
_TRACE = slice(3, 35)
_BEARER = "bearer "

Key = tuple[str, str]


def trace_id(traceparent: str) -> str:
    """Return the trace id of a traceparent; anything else (a bare trace id, too) is itself."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else traceparent


def trace_in(traceparent: str) -> str:
    """Return the same for two texts whose trace id is the same; of others perhaps, too. It costs little."""
    return traceparent[_TRACE] if len(traceparent) == _TRACEPARENT_LENGTH else traceparent


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
        token = bearer(headers["authorization"]) if "authorization" in headers else None
        return cls(tenant or None, token, sub or None, headers.get("traceparent"))

    def said(self, kind: str) -> str | None:
        """Return the value of its key of this kind, as in `as_keys`; None where there is none."""
        value: str | None = getattr(self, kind)
        if not value:
            return None
        return trace_id(value) if kind == "traceparent" else value

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


def keys_of(scope: Scope) -> tuple[Key, ...]:
    """Return the keys that a scope (or a match, which is one) asks for, the narrowest kind first."""
    pairs = (
        ("token", scope.token),
        ("traceparent", scope.traceparent and trace_id(scope.traceparent)),
        ("sub", scope.sub),
        ("tenant", scope.tenant),
    )
    return tuple((kind, value) for kind, value in pairs if value is not None)
