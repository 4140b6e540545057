"""What the parser hands out: frozen values, one per thing that a client said.

Rule: nothing here knows sockets, clocks or any fake. They are msgspec structs and no dataclasses, since one
is made for each request: that is ten times cheaper, and a journal can write them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec


class Kin:
    """All heads that are alike. `reading` is what an application has made of one of them, once for all."""

    __slots__ = ("reading",)

    def __init__(self) -> None:
        self.reading: Any = None


class Headers(dict[str, str]):
    """The headers of a head whose like came before; `kin` says more of it."""

    __slots__ = ("kin",)
    kin: Kin


class Request(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One whole request. Header names are lower case; repeated headers are joined by ", ".

    `path` and `query` are as sent: still percent-encoded.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    keep_alive: bool = True

    def arguments(self) -> dict[str, str]:
        """Return the decoded query; of a repeated name the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True)) if self.query else {}


class ContinueWanted(msgspec.Struct, frozen=True):
    """The client waits for `100 Continue` before it sends its body."""


class Refusal(msgspec.Struct, frozen=True):
    """What came is no request that can be served; the connection ends after the answer."""

    status: int
    reason: str
    request: Request


Said = Request | ContinueWanted | Refusal
