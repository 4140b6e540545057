"""Metadata only: what must not stand in a receipt's `inputs` and `result`.

Rule: pure, and simple on purpose: it finds what is plainly source code, a secret or a mail address; prose, or
one line with a brace in it, is none of these. A finding names the place and never repeats the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.eris.canonical import Receipt

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|\b(?:password|passwd|secret|api[_-]?key)\s*[=:]\s*\S{6,}"
    r"|\bbearer\s+[A-Za-z0-9._~+/-]{16,}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b")
_CODE_LINE = re.compile(
    r"^\s*(?:"
    r"(?:async )?def \w+\(|function \w*\(|func \w+\(|class \w+.*[:{]\s*$|#include\b"
    r"|import \w+|from \S+ import \S|(?:const|let|var) \w+ ?=|(?:public|private|static) \w+ \w"
    r"|(?:if|for|while)\b.*[:{]\s*$|return\b.*[;)]?\s*$|.*;\s*$|[{}]+\s*$"
    r")"
)
_CODE_LINES = 2
_KINDS = (("a secret", _SECRETS.search), ("a mail address", _MAIL.search))


def breach(receipt: Receipt) -> tuple[str, str] | None:
    """Return where something is that is not metadata, and what it is."""
    for part in ("inputs", "result"):
        for pointer, text in _texts(receipt[part], f"/{part}"):
            kind = _kind(text)
            if kind is not None:
                return pointer, kind
    return None


def _kind(text: str) -> str | None:
    for kind, found in _KINDS:
        if found(text):
            return kind
    lines = [line for line in text.splitlines() if line.strip()]
    code = sum(bool(_CODE_LINE.match(line)) for line in lines)
    return "source code" if code >= _CODE_LINES and code * 2 >= len(lines) else None


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{pointer}/{name}")
