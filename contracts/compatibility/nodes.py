"""A description of an API as data, and its nodes: values that know where they stand.

Rules: whoever needs an object, a list or a text asks the node for it, so that a document which is none is one
line with its place; a `$ref` is followed within the document and to files beside it, never to the network.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from contracts.compatibility.model import ABSENT, Spot
from contracts.violations import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

NAMES_OF_TYPES = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}


class DocumentError(Exception):
    """A document is not what it should be: one line that names it, the place and the mend."""

    def __init__(self, document: str, pointer: str, problem: str, mend: str) -> None:
        at = f" at {pointer}:" if pointer else ""
        super().__init__(f"{document}:{at} {problem}; {mend}")


def _none_beside(_path: str) -> Any:  # noqa: ANN401 - any value that a document can hold
    return ABSENT


@dataclass(frozen=True, eq=False)
class Description:
    """One document. `read` gives the content of a file that a `$ref` names, `ABSENT` where none is read."""

    name: str
    raw: Any
    legacy: bool = False
    """OpenAPI 3.0, where `nullable` means something and a `$ref` has no siblings."""
    read: Callable[[str], Any] = _none_beside
    beside: dict[str, Description | None] = field(default_factory=dict, repr=False)

    @cached_property
    def root(self) -> Node:
        """Return the document as a whole."""
        return Node(self, "", self.raw)

    def other(self, reference: str) -> Description | None:
        """Return the document that a relative reference means, or None where it is not looked into."""
        if ":" in reference or reference.startswith("/"):
            return None
        name = posixpath.normpath(posixpath.join(posixpath.dirname(self.name), reference))
        if name not in self.beside:
            raw = self.read(name)
            self.beside[name] = (
                None if raw is ABSENT else Description(name, raw, self.legacy, self.read, self.beside)
            )
        return self.beside[name]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value of a document and the JSON Pointer at which it stands."""

    description: Description
    pointer: str
    value: Any

    @property
    def place(self) -> str:
        """Return what no other node has."""
        return f"{self.description.name}#{self.pointer}"

    def error(self, problem: str, mend: str) -> DocumentError:
        """Return what is wrong here, ready to be raised."""
        return DocumentError(self.description.name, self.pointer, problem, mend)

    def _must(self, kind: type, word: str) -> Any:  # noqa: ANN401 - of that kind
        if not isinstance(self.value, kind):
            is_now = NAMES_OF_TYPES.get(type(self.value), "a number")
            raise self.error(f"must be {word}, is {is_now}", "write it as OpenAPI 3 says")
        return self.value

    @property
    def mapping(self) -> Mapping[str, Any]:
        """Return the object that this must be."""
        found: Mapping[str, Any] = self._must(dict, "an object")
        return found

    @property
    def text(self) -> str:
        """Return the text that this must be."""
        found: str = self._must(str, "text")
        return found

    @property
    def sequence(self) -> Sequence[Any]:
        """Return the list that this must be."""
        found: Sequence[Any] = self._must(list, "a list")
        return found

    @property
    def boolean(self) -> bool:
        """Return the boolean that this must be."""
        return bool(self._must(bool, "a boolean"))

    def at(self, *steps: str | int) -> Node:
        """Return the node below that is known to be there."""
        node = self
        for step in steps:
            node = Node(node.description, f"{node.pointer}/{escape(str(step))}", node.value[step])
        return node

    def get(self, key: str) -> Node | None:
        """Return a member of the object, or None."""
        return self.at(key) if key in self.mapping else None

    def members(self, key: str) -> dict[str, Node]:
        """Return the members of the object that stands under the key, without extensions, sorted."""
        node = self.get(key)
        if node is None:
            return {}
        return {name: node.at(name) for name in sorted(node.mapping) if not name.startswith("x-")}

    def named(self, key: str) -> dict[str, Node]:
        """Return the members of an object whose names mean nothing to OpenAPI (properties), sorted."""
        node = self.get(key)
        return {} if node is None else {name: node.at(name) for name in sorted(node.mapping)}

    def elements(self, key: str) -> list[Node]:
        """Return the elements of the list that stands under the key."""
        node = self.get(key)
        return [] if node is None else [node.at(index) for index in range(len(node.sequence))]

    def texts(self, key: str) -> list[str]:
        """Return the texts of the list that stands under the key."""
        return [element.text for element in self.elements(key)]

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return the boolean that stands under the key."""
        node = self.get(key)
        return default if node is None else node.boolean

    def words(self, key: str, default: str = "") -> str:
        """Return the text that stands under the key."""
        node = self.get(key)
        return default if node is None else node.text

    def spot(self) -> Spot:
        """Return this place and what stands there."""
        return Spot(self.description.name, self.pointer, self.value)

    def lack(self) -> Spot:
        """Return this place as one that lacks something."""
        return Spot(self.description.name, self.pointer)

    def target(self) -> Node | None:
        """Return what the `$ref` here points to; None where it is not looked into."""
        reference = self.at("$ref").text
        file, _, fragment = reference.partition("#")
        description = self.description.other(file) if file else self.description
        if description is None or (fragment and not fragment.startswith("/")):
            return None
        node = description.root
        for step in fragment.split("/")[1:]:
            node = self._step(node, unquote(step).replace("~1", "/").replace("~0", "~"), reference)
        return node

    def _step(self, node: Node, step: str, reference: str) -> Node:
        if isinstance(node.value, dict) and step in node.value:
            return node.at(step)
        if isinstance(node.value, list) and step.isdecimal() and int(step) < len(node.value):
            return node.at(int(step))
        raise self.error(f"$ref {reference!r} leads nowhere", "correct it or write what it should name")

    def followed(self) -> Node:
        """Return what this means: itself, or what its `$ref` leads to."""
        node = self
        for at in self._chain():
            node = at
        return node

    def _chain(self) -> Iterator[Node]:
        node, seen = self, {self.place}
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            target = node.target()
            if target is None:
                return
            if target.place in seen:
                raise self.error("$ref leads back to itself", "let it name a definition")
            seen.add(target.place)
            yield (node := target)
