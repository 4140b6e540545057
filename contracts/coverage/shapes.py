"""What several schemas say together, unconditionally, of one place in a message.

Rule: pure; `$ref` and `allOf` are always in force, so that what they say is one with what stands beside them.
A schema that refers to itself is looked into once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.parts import Part, follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOOLEAN = (True, False)


@dataclass(frozen=True, slots=True)
class Shape:
    """The schemas of one place, told apart. `within`: the pointers that led here, to end where one recurs."""

    parts: tuple[Part, ...]
    within: frozenset[str]
    required: frozenset[str]

    @property
    def types(self) -> tuple[str, ...]:
        """Return the types that all of them allow; none where none says any."""
        stated = [_listed(part.value["type"]) for part in self.parts if "type" in part.value]
        return _common(stated)

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the values that all of them allow, where they can be counted."""
        counted = [tuple(part.value["enum"]) for part in self.parts if "enum" in part.value]
        counted += [(part.value["const"],) for part in self.parts if "const" in part.value]
        if not counted and "boolean" in self.types:
            return BOOLEAN
        return _common(counted)

    @property
    def members(self) -> dict[str, tuple[Part, ...]]:
        """Return the schemas of each member that is named."""
        names = dict.fromkeys(name for part in self.parts for name in part.value.get("properties", {}))
        return {name: tuple(self._under("properties", name)) for name in names}

    @property
    def others(self) -> tuple[Part, ...] | None:
        """Return the schemas of members without a name; None where there is no word that they may be."""
        stated = [part.at("additionalProperties") for part in self.parts if _says_others(part)]
        return None if not stated or any(part.value is False for part in stated) else tuple(stated)

    @property
    def items(self) -> tuple[Part, ...]:
        """Return the schemas of an array's items."""
        return tuple(part.at("items") for part in self.parts if "items" in part.value)

    @property
    def may_be_empty(self) -> bool:
        """Tell whether an array may have no item."""
        return not any(part.value.get("minItems", 0) for part in self.parts)

    @property
    def may_be_filled(self) -> bool:
        """Tell whether an array may have an item."""
        return all(part.value.get("maxItems", 1) for part in self.parts)

    def _under(self, *steps: str) -> Iterator[Part]:
        for part in self.parts:
            if steps[-1] in part.value.get(steps[0], {}):
                yield part.at(*steps)


def shape(
    root: Part,
    parts: Iterable[Part],
    required: frozenset[str] = frozenset(),
    within: frozenset[str] = frozenset(),
) -> Shape:
    """Return what these schemas say together; `required` are members that others ask for already."""
    found = tuple(_flat(root, parts, within))
    wanted = required.union(*(part.value.get("required", ()) for part in found))
    return Shape(found, within.union(part.pointer for part in found), wanted)


def _flat(root: Part, parts: Iterable[Part], within: frozenset[str]) -> Iterator[Part]:
    for part in parts:
        if not isinstance(part.value, dict) or part.pointer in within:
            continue
        yield part
        target = follow(root, part)
        if target is not part:
            yield from _flat(root, (target,), within)
        yield from _flat(
            root, (part.at("allOf", at) for at in range(len(part.value.get("allOf", ())))), within
        )


def _says_others(part: Part) -> bool:
    """Tell whether a schema says in so many words what members without a name may be."""
    return "additionalProperties" in part.value and part.value["additionalProperties"] is not None


def _listed(stated: str | list[str]) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else tuple(stated)


def _common(lists: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return what is in all of the lists, in the order of the first; JSON's true is not its 1."""
    if not lists:
        return ()
    return tuple(each for each in lists[0] if all(_holds(other, each) for other in lists[1:]))


def _holds(values: tuple[Any, ...], value: object) -> bool:
    return any(type(each) is type(value) and each == value for each in values)
