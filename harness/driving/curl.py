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
_PLAIN = re.compile(r"[A-Za-z0-9 $_./:?=&%,;+*~@#()<>{}\[\]-]*")
_VARIABLE = re.compile(r"\$(TOKEN_[A-Z0-9_]+)")


def curl_line(exchange: Exchange) -> str:
    """Return `curl …` for an exchange with the engine; $ENGINE is its origin, $TOKEN_… a caller's token."""
    url = urlsplit(exchange.url)
    target = url.path + (f"?{url.query}" if url.query else "")
    words = ["curl", "-sS", "-X", exchange.method, _quoted("$ENGINE" + target, "$ENGINE")]
    for name, value in exchange.request.headers:
        if name.lower() not in _ADDED_BY_CLIENTS or _telling(name, value):
            words += ["-H", _header(name, value)]
    if exchange.request.body:
        words += ["--data-raw", shlex.quote(exchange.request.body)]
    return " ".join(words)


def _telling(name: str, value: str) -> bool:
    """Tell whether a caller was given looks of its own, on which an answer may depend."""
    return name.lower() == "user-agent" and value not in AGENTS


def _header(name: str, value: str) -> str:
    text = f"{name.title()}: {value}" if value else f"{name.title()};"
    variable = _VARIABLE.search(text)
    return _quoted(text, variable[0]) if variable else shlex.quote(text)


def _quoted(text: str, variable: str) -> str:
    """Quote everything but one variable, which the shell is to replace."""
    if _PLAIN.fullmatch(text) and text.count("$") == 1:
        return f'"{text}"'
    before, _, after = text.partition(variable)
    return "".join(
        (shlex.quote(before) if before else "", f'"{variable}"', shlex.quote(after) if after else "")
    )
