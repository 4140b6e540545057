"""Refusals and oddities of a request that engine.md leaves to the engine: they are never findings.

Rule: pure functions of what was sent. Whatever is listed here is cited; what is not listed is judged.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

# 400 for JSON that does not parse, 413, 414, 415, 431: any may come where 422 is documented, or first.
CHOICE_STATUSES = frozenset({400, 413, 414, 415, 431})
# Answers that the application never made: the server's own. They need neither headers nor error model.
SERVERS_OWN = frozenset({400, 408, 411, 413, 414, 431, 502})
# What every answer of the application has, and what a server (Fastify's, say) puts on its own answer has not.
OF_EVERY_ANSWER = frozenset(
    {"x-request-id", "x-content-type-options", "x-frame-options", "strict-transport-security"}
)

_PRESCRIPTIVE = re.compile(r"\b(should|must|have to|need to)\b", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d")
_LARGEST = 2**31 - 1
_USUAL_YEARS = range(1971, 2100)

Json = Any  # as json.loads returns it


def servers_own(status: int | None, content_type: str, names: Iterable[str]) -> bool:
    """Tell whether the application may never have made an answer with headers of these names.

    It is no JSON, or has nothing of what the application puts on each.
    """
    bare = OF_EVERY_ANSWER.isdisjoint(name.lower() for name in names)
    return status in SERVERS_OWN and (bare or "json" not in content_type)


def unusual(value: Json, declared: Collection[str]) -> str | None:
    """Say why a sensible engine may refuse this valid body; None if nothing excuses a refusal.

    `declared` are the names of all members that the contract has for it.
    """
    if value == {}:
        return "nothing in it"
    return next((reason for part in _parts(value) if (reason := _reason(part, declared))), None)


def unusual_text(text: str) -> str | None:
    """Say why a sensible engine may refuse this text."""
    if not text.strip():
        return "a blank text"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return "a control character or a lone surrogate"
    if "{" in text or "}" in text:
        return "a placeholder other than {actor}, {repo} and {event}"
    if _PRESCRIPTIVE.search(text):
        return "prescriptive wording"
    return _unusual_time(text) if _TIME.match(text) else None


def backwards(start: str, end: str) -> str | None:
    """Say why a sensible engine may refuse these two ends of a period; None if it may not."""
    try:
        begins, ends = (datetime.fromisoformat(text) for text in (start, end))
    except ValueError:
        return None
    begins, ends = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (begins, ends))
    return "a period that ends before it begins" if ends <= begins else None


def respelled(period: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return a period as days alone and as moments alone, in their plainest spelling."""
    days = {name: text[: len("2026-03-02")] for name, text in period.items()}
    return days, {name: f"{day}T00:00:00Z" for name, day in days.items()}


def _unusual_time(text: str) -> str | None:
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        return "a leap second or another rare spelling of a time"
    return None if year in _USUAL_YEARS else "a time in another age"


def _parts(value: Json) -> Iterator[Json]:
    """Yield the value and everything in it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _parts(each)


def _reason(part: Json, declared: Collection[str]) -> str | None:
    judge: dict[type, Callable[[], str | None]] = {
        str: lambda: unusual_text(part),
        int: lambda: "a number beyond 32 bits" if abs(part) > _LARGEST else None,
        float: lambda: "a whole number with a fraction, or one beyond 32 bits" if _rare(part) else None,
        list: lambda: "the same twice in a list" if _repeats(part) else None,
        dict: lambda: _member_reason(part, declared),
    }
    return judge[type(part)]() if type(part) in judge else None


def _member_reason(part: dict[str, Any], declared: Collection[str]) -> str | None:
    if not part.keys() <= set(declared):
        return "unknown members"
    if part.get("type") == "mentor" and not (part.get("payload") or {}).get("rationale"):
        return "a mentor without a rationale"
    if part.get("verdict") == "reject":
        return "a rejection, where an engine may know approvals alone"
    return None


def _rare(number: float) -> bool:
    return number.is_integer() or abs(number) > _LARGEST


def _repeats(items: list[Any]) -> bool:
    return any(item in items[:index] for index, item in enumerate(items))


def declared_members(document: dict[str, Any], schema: Json) -> frozenset[str]:
    """Return the names of all members that a schema, or a schema in it, declares."""
    found: set[str] = set()
    _collect(document, schema, found, set())
    return frozenset(found)


def _collect(document: dict[str, Any], node: Json, found: set[str], visited: set[str]) -> None:
    if isinstance(node, list):
        for each in node:
            _collect(document, each, found, visited)
    elif isinstance(node, dict):
        reference = str(node.get("$ref", ""))
        if reference.startswith("#/") and reference not in visited:
            visited.add(reference)
            _collect(document, _target(document, reference), found, visited)
        found.update(node.get("properties", {}))
        for each in node.values():
            _collect(document, each, found, visited)


def _target(document: dict[str, Any], reference: str) -> Json:
    target: Any = document
    for step in reference[2:].split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return target
