"""Metadata only: what must not stand in a receipt's `inputs` and `result`.

Rule: pure, and simple on purpose: it finds what is plainly source code, a secret, a mail address or a
telephone number; prose, or one line with a brace in it, is none of these. A finding names the place and never
repeats the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from contracts.violations import escape

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
_PARTS_OF_SECRETS = (
    *("-----begin", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    *("eyj", "passw", "secret", "api", "bearer"),
)
"""One of these is in every secret, in lower case: to look for them costs a tenth of the pattern."""

_MAIL = re.compile(r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b")
_TELEPHONE = re.compile(r"(?<![\w.+])\+\d(?:[ ().-]{0,2}\d){7,14}(?![\w])")
_CODE_LINE = re.compile(
    r"^\s*(?:"
    r"(?:async )?def \w+\(|function \w*\(|func \w+\(|class \w+.*[:{]\s*$|#include\b"
    r"|import \w+|from \S+ import \S|(?:const|let|var) \w+ ?=|(?:public|private|static) \w+ \w"
    r"|(?:if|for|while)\b.*[:{]\s*$|return\b.*[;)]?\s*$|.*;\s*$|[{}]+\s*$"
    r")"
)
_CODE_LINES = 2


def breach(receipt: Receipt) -> tuple[str, str] | None:
    """Return where something is that is not metadata, and what it is."""
    if not _may_be_more("\0".join(_words([receipt["inputs"], receipt["result"]]))):
        return None
    found = (text for part in ("inputs", "result") for text in _texts(receipt[part], f"/{part}"))
    return next(((pointer, kind) for pointer, text in found if (kind := _kind(text)) is not None), None)


def _may_be_more(texts: str) -> bool:
    """Say whether any of the texts needs a closer look; most receipts cost these few searches."""
    if "@" in texts or "+" in texts or len(texts.splitlines()) > 1:
        return True
    plain = texts.lower()  # beyond ASCII the pattern has cases of its own
    likely = not texts.isascii() or any(part in plain for part in _PARTS_OF_SECRETS)
    return likely and _SECRETS.search(texts) is not None


def _kind(text: str) -> str | None:
    if _SECRETS.search(text):
        return "a secret"
    if "@" in text and _MAIL.search(text):
        return "a mail address"
    if "+" in text and _TELEPHONE.search(text):
        return "a telephone number"
    return "source code" if _is_code(text) else None


def _is_code(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < _CODE_LINES:
        return False
    code = sum(bool(_CODE_LINE.match(line)) for line in lines)
    return code >= _CODE_LINES and code * 2 >= len(lines)


def _words(due: list[Any]) -> list[str]:
    """Return every text, members' names included, in no order."""
    words: list[str] = []
    while due:
        value = due.pop()
        if isinstance(value, str):
            words.append(value)
        elif isinstance(value, list):
            due.extend(value)
        elif isinstance(value, dict):
            words.extend(value)
            due.extend(value.values())
    return words


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any JSON value
    """Yield every text and where it stands; a member's name stands at what holds it: it may be the secret."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield pointer, name
            yield from _texts(item, f"{pointer}/{escape(name)}")
