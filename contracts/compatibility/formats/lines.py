"""In which line of a text the values of a document stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from contracts.violations import escape

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lines:
    """The lines of one text, from 1. JSON is read as the YAML that it nearly is."""

    def __init__(self, text: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self._root: yaml.Node | None = yaml.compose(text, loader)
        except yaml.YAMLError:
            self._root = None

    def at(self, pointer: str) -> int | None:
        """Return the line in which the value at a pointer begins."""
        node = self._root
        for step in pointer.split("/")[1:]:
            node = next((child for name, child in _children(node) if name == step), None)
        return None if node is None else node.start_mark.line + 1


def _children(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((escape(str(key.value)), child) for key, child in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(index), child) for index, child in enumerate(node.value))
