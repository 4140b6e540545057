"""A recorded exchange as a command that a reader can run, with a persona in place of the token."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.driving.looks import AGENTS

if TYPE_CHECKING:
    from reports.record import Exchange

_ADDED_BY_CLIENTS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "transfer-encoding"}
)
_PLAIN = re.compile(r"[A-Za-z0-9 _./:?=&%,;+*~@#()<>{}\[\]-]*")
# The origin stands at the beginning; elsewhere that word is somebody's own.
_VARIABLE = re.compile(r"(^\$ENGINE|\$TOKEN_[A-Z0-9_]+)")


def curl_line(exchange: Exchange) -> str:
    """Return `curl …` for an exchange with the engine; $ENGINE is its origin, $TOKEN_… a caller's token."""
    url = urlsplit(exchange.url)
    target = url.path + (f"?{url.query}" if url.query else "")
    words = ["curl", "-sS", "-X", exchange.method, _quoted("$ENGINE" + target)]
    for name, value in exchange.request.headers:
        if name.lower() not in _ADDED_BY_CLIENTS or _telling(name, value):
            words += ["-H", _header(name, value)]
    if exchange.request.body:
        words += ["--data-raw", _quoted(exchange.request.body)]
    return " ".join(words)


def _telling(name: str, value: str) -> bool:
    """Tell whether a caller was given looks of its own, on which an answer may depend."""
    return name.lower() == "user-agent" and value not in AGENTS


def _header(name: str, value: str) -> str:
    return _quoted(f"{name.title()}: {value}" if value else f"{name.title()};")


def _quoted(text: str) -> str:
    """Quote everything but the variables that the shell is to replace, wherever they stand."""
    parts = _VARIABLE.split(text)
    plain = "".join(parts[::2])
    if len(parts) > 1 and _PLAIN.fullmatch(plain):
        return f'"{text}"'
    words = [f'"{part}"' if place % 2 else shlex.quote(part) for place, part in enumerate(parts) if part]
    return "".join(words) or shlex.quote("")
