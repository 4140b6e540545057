"""Whether a recorded request can be sent again as it was.

Rule: pure; what would go out otherwise shows nothing, whatever is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.repeating import ENGINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.record import Exchange


def unsendable(exchanges: Iterable[Exchange]) -> str:
    """Say which step cannot be sent as it was; "" where all can."""
    steps = (exchange for exchange in exchanges if exchange.side == ENGINE)
    found = (f"step {number}: {why}" for number, step in enumerate(steps, 1) if (why := _why(step)))
    return next(found, "")


def _why(then: Exchange) -> str:
    coded = (value for name, value in then.request.headers if name.lower() == "transfer-encoding")
    if any("chunked" in value.lower() for value in coded):
        return "its body was sent in pieces, which cannot be done again"
    try:
        url = urlsplit(then.url)
    except ValueError:
        return "its address cannot be read"
    sent = url.path + (f"?{url.query}" if url.query else "")
    return "" if (sent or "/") == _target(then.url) else "its path or query cannot be sent again as it was"


def _target(url: str) -> str:
    """Return path and query as they were sent, whatever is in them.

    >>> _target("http://h:1/v1/../a//b?"), _target("http://h")
    ('/v1/../a//b?', '/')
    """
    rest = url.partition("://")[2]
    at = min((rest.find(sign) for sign in "/?" if sign in rest), default=-1)
    return "/" if at < 0 else rest[at:]
