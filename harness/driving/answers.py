"""JSON that an engine has written, read with suspicion: what is missing or of a wrong type is its failure.

Rule: a member is never guessed; a list that a claim is made of is never empty unseen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from harness.driving.failures import EngineBreachError, MalformedAnswerError, VacuousClaimError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONGEST = 160

_T = TypeVar("_T")


class Object:
    """A JSON object of an answer, and where it was found."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise MalformedAnswerError(f"{where} is no object: {short(value)}")
        self.plain: dict[str, Any] = value
        self.where = where

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - JSON is any value; scenarios compare it
        if name not in self.plain:
            raise MalformedAnswerError(f"{self.where} has no {name!r}; it has {sorted(self.plain)}")
        return self.plain[name]

    def __contains__(self, name: object) -> bool:
        return name in self.plain

    def __repr__(self) -> str:
        return f"<{self.where}: {short(self.plain)}>"

    def get(self, name: str) -> Any:  # noqa: ANN401 - as __getitem__
        """Return an optional member, None where it is missing."""
        return self.plain.get(name)

    def object(self, name: str) -> Object:
        """Return a member that must be an object."""
        return Object(self[name], f"{self.where}.{name}")

    def objects(self, name: str) -> Items:
        """Return a member that must be an array of objects."""
        return Items(self[name], f"{self.where}.{name}")

    def string(self, name: str) -> str:
        """Return a member that must be a string."""
        value = self[name]
        if not isinstance(value, str):
            raise MalformedAnswerError(f"{self.where}.{name} is no string: {short(value)}")
        return value

    def strings(self, name: str) -> list[str]:
        """Return a member that must be an array of strings."""
        value = self[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise MalformedAnswerError(f"{self.where}.{name} is no array of strings: {short(value)}")
        return value

    @property
    def text(self) -> str:
        """Return the whole object as text: to look for what must not be in it."""
        return json.dumps(self.plain, ensure_ascii=False, sort_keys=True)

    @property
    def members(self) -> frozenset[str]:
        """Return the names of all members, at any depth: where they stand may be the engine's choice."""
        return frozenset(name.rpartition("/")[2] for name, _ in flat(self.plain))


class Items:
    """An array of objects. Iterating over an empty one fails: a claim about each needs one at least."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, list):
            raise MalformedAnswerError(f"{where} is no array: {short(values)}")
        self._items = [Object(value, f"{where}[{index}]") for index, value in enumerate(values)]
        self.where = where

    def __iter__(self) -> Iterator[Object]:
        if not self._items:
            raise EngineBreachError(f"{self.where} is empty where the scenario claims something of each item")
        return iter(self._items)

    def __getitem__(self, index: int) -> Object:
        if not -len(self._items) <= index < len(self._items):
            raise EngineBreachError(f"{self.where} has no item {index}: it has {len(self._items)}")
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<{self.where}: {short([item.plain for item in self._items])}>"

    def pluck(self, member: str) -> list[Any]:
        """Return one member of every item; of an empty array nothing: to be compared, not looped over."""
        return [item[member] for item in self._items]

    def where_each(self, wanted: Callable[[Object], bool]) -> list[Object]:
        """Return the items that fit, perhaps none: to be counted, not looped over."""
        return [item for item in self._items if wanted(item)]


def flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield every member and item in a JSON value with its path, from the outside to the inside.

    >>> list(flat({"a": [{"b": 1}]}))
    [('/a', [{'b': 1}]), ('/a/0', {'b': 1}), ('/a/0/b', 1)]
    """
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield f"{path}/{name}", part
        yield from flat(part, f"{path}/{name}")


def each_of(items: Iterable[_T]) -> list[_T]:
    """Return the items to claim something of each. None at all makes the scenario unknown, never green."""
    listed = list(items)
    if not listed:
        raise VacuousClaimError("a claim about each of nothing proves nothing")
    return listed


def parsed(body: bytes, where: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON of a body."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswerError(
            f"{where} is not JSON: {short(body.decode('utf-8', 'replace'))}"
        ) from error


def short(value: object) -> str:
    """Return a value as text of one bearable line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
