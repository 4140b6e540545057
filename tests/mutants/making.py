"""Making mutants: every change that cosmic-ray's operators can make to a module of the engine.

Rule: a mutant is known by where its change stands (module, function) and by the how-manieth of its operator
it is there, so that a change elsewhere in the engine leaves its name, and what was found out about it, alone.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Any

from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-untyped]  # it has no types
from cosmic_ray.mutating import mutate_code  # type: ignore[import-untyped]  # as above
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-untyped]  # as above

from tests.mutants.meaning import meaning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

PROVIDER = "core/"
_SCOPES = frozenset({"funcdef", "classdef"})
# What no operator changes: most leaves of a tree. What only some look at: to ask all takes four times longer.
_UNCHANGED = frozenset({"name", "string", "newline", "endmarker"})
_PUNCTUATION = frozenset("()[]{},:.=")
_LOOKS_AT = {"ReplaceBinaryOperator": "operator", "ReplaceComparisonOperator": "comparison"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module: the `occurrence`-th of an operator, as cosmic-ray counts in the file."""

    id: str
    module: str
    scope: str
    operator: str
    occurrence: int
    line: int


class NoMutantError(Exception):
    """No mutant of this name can be made of the engine."""


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant that could be made of a module, those that change nothing too."""
    nodes = [node for node in ast_nodes(get_ast(source)) if _may_change(node)]
    of_type = {kind: [node for node in nodes if node.type == kind] for kind in _LOOKS_AT.values()}
    for name, operator in _operators().items():
        looked_at = of_type.get(_LOOKS_AT.get(name.partition("_")[0], ""), nodes)
        there: Counter[str] = Counter()
        places = ((node, start) for node in looked_at for start, _ in operator.mutation_positions(node))
        for occurrence, (node, (line, _)) in enumerate(places):
            scope = _scope(node)
            there[scope] += 1
            called = "-".join(filter(None, (nickname(module), scope, name, str(there[scope]))))
            yield Mutant(called, module, scope, name, occurrence, line)


def nickname(module: str) -> str:
    """Return what a mutant's name calls its module."""
    return module.removeprefix("engine.").strip("_")


@cache
def mutated(mutant: Mutant, source: str) -> str:
    """Return the source of a module with a mutant's change in it."""
    try:
        changed: str | None = mutate_code(source, _operators()[mutant.operator], mutant.occurrence)
    except AttributeError:  # cosmic-ray trips over dotted names: `except (OSError, redis.RedisError)`
        raise NoMutantError(f"{mutant.id}: cosmic-ray cannot make it") from None
    if changed is None:
        raise NoMutantError(f"{mutant.id}: {mutant.module} is no longer what the mutant was made of")
    return changed


def is_one(mutant: Mutant, source: str) -> bool:
    """Say whether a mutant is a program at all, and another one than the sound module."""
    try:
        changed = mutated(mutant, source)
        compiled(changed, mutant.module)
    except (NoMutantError, SyntaxError):
        return False
    return meaning(changed) != meaning(source)


def compiled(source: str, name: str) -> CodeType:
    """Compile a mutant's source; that a comparison with a literal looks odd is no news here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(source, name, "exec", dont_inherit=True)


def difference(mutant: Mutant, source: str) -> tuple[int, str, str]:
    """Return the first line that a mutant changes, what stands there, and what it becomes."""
    old, new = source.splitlines(), mutated(mutant, source).splitlines()
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [code[1:] for code in codes if code[0] != "equal"]
    (first, _, new_first, _), (_, last, _, new_last) = changed[0], changed[-1]
    return first + 1, "\n".join(old[first:last]), "\n".join(new[new_first:new_last])


def _may_change(node: Any) -> bool:  # noqa: ANN401 -- parso has no types
    return node.type not in _UNCHANGED and getattr(node, "value", "") not in _PUNCTUATION


def _scope(node: Any) -> str:  # noqa: ANN401 -- parso has no types
    """Return the functions and classes around a node, from outside in."""
    names = []
    while node := node.parent:
        if node.type in _SCOPES:
            names.append(node.name.value)
    return ".".join(reversed(names))


@cache
def _operators() -> dict[str, Any]:
    """Return those of cosmic-ray's operators that need to be told nothing, by their names."""
    found = {name: get_operator(name) for name in operator_names()}
    return {name.removeprefix(PROVIDER): kind() for name, kind in found.items() if not kind.arguments()}
