"""Ids in paths may hold anything, a slash too: what was escaped as part of a segment stays in that segment.

ASGI servers hand over a decoded path, in which `/actors/a%2Fb` cannot be told from `/actors/a/b`. Routes see
it here with `%` and `/` of its segments still escaped; `unescaped` reads such a segment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class WholeSegments:
    """Lets each segment of a path be one segment, whatever is in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the exchange on."""
        if scope["type"] == "http" and b"%" in scope.get("raw_path", b""):
            scope = {**scope, "path": whole_segments(scope["raw_path"])}
        await self._app(scope, receive, send)


def whole_segments(raw_path: bytes) -> str:
    """Decode all of a path but the characters that shape it.

    >>> whole_segments(b"/actors/team%2Fanna%25")
    '/actors/team%2Fanna%25'
    >>> whole_segments(b"/actors/%C3%A4")
    '/actors/ä'
    """
    segments = (unquote(segment) for segment in raw_path.decode("ascii", "replace").split("/"))
    return "/".join(segment.replace("%", "%25").replace("/", "%2F") for segment in segments)


def unescaped(segment: str) -> str:
    """Return what stands in a segment.

    >>> unescaped("team%2Fanna%25")
    'team/anna%'
    """
    return segment.replace("%2F", "/").replace("%25", "%")
