"""A scenario file's tree with a word put in wherever a claim may be about nothing.

Rule: pure; what a file does stays the same, and every line keeps its number. A place is where claims wait
that may never run: a loop, or a function inside another. It tells when it is reached and when its body runs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REACHED, RAN, CLAIMED = "@reached", "@ran", "@claimed"
LOOP, INNER = "loop", "inner"

Loop = ast.For | ast.AsyncFor | ast.While
Function = ast.FunctionDef | ast.AsyncFunctionDef
_LoopOrFunction = TypeVar("_LoopOrFunction", ast.For, ast.AsyncFor, ast.While)
_Inner = TypeVar("_Inner", ast.FunctionDef, ast.AsyncFunctionDef)
_PERHAPS = (ast.If, ast.IfExp, ast.Match, ast.Try, ast.BoolOp, ast.While)


@dataclass(frozen=True, slots=True)
class Place:
    """Where claims wait: what kind of place, in which line, and (of a function) its name."""

    kind: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asserted:
    """An `all(...)` or `any(...)` that an assertion is made of, where nothing at all would make it hold."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Watched:
    """A file's tree, ready to be compiled, and what there is to be watched in it."""

    tree: ast.Module
    places: tuple[Place, ...]
    asserted: tuple[Asserted, ...]


def watched(tree: ast.Module) -> Watched:
    """Put the words in (the tree is changed) and tell where."""
    asserted = tuple(_asserted(tree))
    writer = _Writer(_claiming(tree))
    writer.visit(tree)
    ast.fix_missing_locations(tree)
    return Watched(tree, tuple(writer.places), asserted)


class _Writer(ast.NodeTransformer):
    """Writes the words; `claiming`: the functions of this file in which something is claimed."""

    def __init__(self, claiming: frozenset[str]) -> None:
        self.places: list[Place] = []
        self._claiming = claiming
        self._around: list[Function] = []

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        return [_word(CLAIMED, None, node), node]

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        return self._loop(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> list[ast.stmt]:
        return self._loop(node)

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        return self._loop(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> list[ast.stmt]:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> list[ast.stmt]:
        return self._function(node)

    def _loop(self, node: _LoopOrFunction) -> list[ast.stmt]:
        claims = any(self._claims(part) for statement in node.body for part in _inside(statement))
        self.generic_visit(node)
        return self._marked(node, Place(LOOP, node.lineno)) if claims else [node]

    def _function(self, node: _Inner) -> list[ast.stmt]:
        waits = bool(self._around) and _asserts(node) and _surely_used(node, self._around[-1])
        self._around.append(node)
        self.generic_visit(node)
        self._around.pop()
        if not waits:
            return [node]
        return self._marked(node, Place(INNER, node.lineno, node.name))

    def _marked(self, node: Loop | Function, place: Place) -> list[ast.stmt]:
        """Say that it is reached, before it, and that it ran, where its body begins (after its docstring)."""
        number = len(self.places)
        self.places.append(place)
        begins = 1 if isinstance(node, Function) and ast.get_docstring(node, clean=False) is not None else 0
        node.body.insert(begins, _word(RAN, number, node.body[0]))
        return [_word(REACHED, number, node), node]

    def _claims(self, node: ast.AST) -> bool:
        called = node.func if isinstance(node, ast.Call) else None
        return isinstance(node, ast.Assert) or (isinstance(called, ast.Name) and called.id in self._claiming)


def _word(name: str, place: int | None, near: ast.stmt) -> ast.stmt:
    """Return a call of one of our words: no name of a file can be spelt like it."""
    arguments: list[ast.expr] = [] if place is None else [ast.Constant(place)]
    call = ast.Call(ast.Name(name, ast.Load()), arguments, [])
    return ast.copy_location(ast.Expr(call), near)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all within it that runs with it: not what a function inside it waits to do."""
    yield node
    if not isinstance(node, Function | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _inside(child)


def _asserts(node: Function) -> bool:
    return any(isinstance(part, ast.Assert) for statement in node.body for part in _inside(statement))


def _claiming(tree: ast.Module) -> frozenset[str]:
    functions = (node for node in ast.walk(tree) if isinstance(node, Function))
    return frozenset(node.name for node in functions if _asserts(node))


def _surely_used(itself: Function, around: Function) -> bool:
    """Say whether a function is used on every way through the one around it, or not at all.

    One that is used only where something is so or so may rightly never run.
    """
    uses = [
        perhaps
        for statement in around.body
        if statement is not itself
        for node, perhaps in _parts(statement)
        if isinstance(node, ast.Name) and node.id == itself.name
    ]
    return not all(uses) or not uses


def _parts(node: ast.AST, *, perhaps: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Yield a node and all within it, and of each whether it runs only perhaps."""
    yield node, perhaps
    for child in ast.iter_child_nodes(node):
        yield from _parts(child, perhaps=perhaps or isinstance(node, _PERHAPS))


def _asserted(tree: ast.Module) -> Iterator[Asserted]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for name in _empty_would_do(node.test, wanted=True):
                yield Asserted(name, node.lineno, node.end_lineno or node.lineno)


def _empty_would_do(test: ast.expr, *, wanted: bool) -> Iterable[str]:
    """Yield the calls by which a test is as it is wanted where there is nothing: `all`, and `not any`."""
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _empty_would_do(part, wanted=wanted)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _empty_would_do(test.operand, wanted=not wanted)
    elif (
        isinstance(test, ast.Call)
        and isinstance(test.func, ast.Name)
        and test.func.id == ("all" if wanted else "any")
    ):
        yield test.func.id
