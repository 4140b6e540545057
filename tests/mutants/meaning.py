"""What a module does when it runs: its syntax tree without what only readers and type checkers see.

Rule: two sources of one meaning are one engine, so a mutant that keeps its module's meaning is none. Left out
are docstrings; annotations, but for what is called in them (`Field(ge=0)` is read when a class is made); what
stands below `if TYPE_CHECKING`; how a dataclass is declared (frozen, slots, kw_only), and whether a
parameter goes by its name or its place: the type checker holds us to both; that the settings are frozen, to
which nobody writes; zip's `strict`, an assertion; and `if __name__ == "__main__"`, since a mutant is started
in another way. `not a == b` is `a != b`.
"""

from __future__ import annotations

import ast
from functools import cache

# By what is called: the keywords that tell who runs the engine nothing.
_DECLARED = {
    "dataclass": frozenset({"frozen", "slots", "kw_only"}),
    "SettingsConfigDict": frozenset({"frozen"}),
    "zip": frozenset({"strict"}),
}
# Orders have no opposite: of what cannot be compared, neither holds.
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_NEVER_RUN = frozenset({"TYPE_CHECKING", "__name__"})


@cache
def meaning(source: str) -> str:
    """Return a text that two sources share when nobody who runs them could tell them apart."""
    tree = _Plain().visit(ast.parse(source))
    for node in ast.walk(tree):
        _strip(node)
    return ast.dump(tree)


class _Plain(ast.NodeTransformer):
    """Says `not a == b` as `a != b`."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(ops=[op]) as compared) if (
                type(op) in _OPPOSITE
            ):
                compared.ops = [_OPPOSITE[type(op)]()]
                return compared
        return node


def _strip(node: ast.AST) -> None:
    """Take out of a node what does not run."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            node.returns = _called(node.returns)
        case ast.arguments():
            _forget_kinds(node)
        case ast.arg():
            node.annotation = _called(node.annotation)
        case ast.AnnAssign():
            node.annotation = _called(node.annotation) or ast.Constant(None)
        case ast.Call(func=ast.Name(id=called)) if called in _DECLARED:
            node.keywords = [each for each in node.keywords if each.arg not in _DECLARED[called]]
    body = getattr(node, "body", None)
    if isinstance(body, list):
        body[:] = [statement for statement in body if _runs(statement)]


def _forget_kinds(parameters: ast.arguments) -> None:
    """Make all parameters of one kind: a bare `*` or `/` between them is no operator."""
    parameters.args = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
    parameters.defaults += [default for default in parameters.kw_defaults if default]
    parameters.posonlyargs, parameters.kwonlyargs, parameters.kw_defaults = [], [], []


def _called(annotation: ast.expr | None) -> ast.expr | None:
    """Return what is called in an annotation."""
    found = [node for node in ast.walk(annotation) if isinstance(node, ast.Call)] if annotation else []
    return ast.Tuple(list(found), ast.Load()) if found else None


def _runs(statement: ast.stmt) -> bool:
    """Say whether a statement ever does anything."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.If(test=test):
            names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
            return not names & _NEVER_RUN
    return True
