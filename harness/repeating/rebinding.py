"""Old ids become new ones: what an earlier answer gave then is replaced by what it gives now.

Rule: an id is bound by where it stands: the same JSON pointer of the same step's answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.fuzzing.reading import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What an engine says of how quick it was, and ERIS: another time it may be otherwise.
PASSING = re.compile(r'"(latency_warning|receipt_status)"\s*:\s*(?:true|false|"delivered"|"pending")')
TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})")


class Rebinding:
    """Knows what has become of each value."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}

    def bind(self, then: str, now: str) -> None:
        """Note that what was `then` is `now`."""
        self._now[then] = now

    def learn(self, then: str, now: str) -> None:
        """Compare an answer's body then and now: bind each id to the one at the same place."""
        old, new = _parsed(then), _parsed(now)
        for pointer, value in _strings(old):
            fresh = _at(new, pointer)
            if UUID.fullmatch(value) and isinstance(fresh, str) and value not in self._now:
                self.bind(value, fresh)

    def apply(self, text: str) -> str:
        """Return a text of then with the values of now."""
        for then in sorted(self._now, key=len, reverse=True):
            text = text.replace(then, self._now[then])
        return text

    def same(self, then: str, now: str) -> bool:
        """Tell whether two answers say the same but for times, what passes, and ids that nobody bound."""
        return _essence(self.apply(then)) == _essence(now)


def _essence(body: str) -> object:
    masked = PASSING.sub(r'"\1": null', TIME.sub("<time>", UUID.sub("<id>", body)))
    parsed = _parsed(masked)
    return masked if parsed is None else parsed


def _parsed(body: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return read_json(body)
    except ValueError:
        return None


def _strings(
    value: object, pointer: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _strings(member, (*pointer, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*pointer, index))


def _at(value: Any, pointer: tuple[str | int, ...]) -> object:  # noqa: ANN401 - any JSON value
    for step in pointer:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
