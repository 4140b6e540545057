"""What the parser hands out: frozen values, one per thing that a client said.

Rule: nothing here knows sockets, clocks or any fake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request. Header names are lower case; repeated headers are joined by ", ".

    `path` and `query` are as sent: still percent-encoded.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = True

    def arguments(self) -> dict[str, str]:
        """Return the decoded query; of a repeated name the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class ContinueWanted:
    """The client waits for `100 Continue` before it sends its body."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came is no request that can be served; the connection ends after the answer."""

    status: int
    reason: str
    request: Request


Said = Request | ContinueWanted | Refusal
