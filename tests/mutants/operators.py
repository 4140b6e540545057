"""Which of cosmic-ray's operators are drawn from: those that make another program, and seldom the same one.

PIT (https://pitest.org/quickstart/mutators) keeps by default to mutators that make few equivalent mutants. So
do we: an operator becomes the one that undoes or bounds it, and not any other of its family, which mostly is
no program or the sound one in other words (an order among words, identity in the place of equality); and a
number does not become its neighbour, which of a pause or a size says nothing (some that the specification
names, as quotas, are seeded as defects; time-outs, ages and attempts are not). What Python has beside is
drawn from, too: decorators, exceptions, loops, `and` and `or`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# PIT: Conditionals Boundary, Negate Conditionals; identity is Python's.
COMPARISONS = {
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
# PIT: Math; floor division and powers are Python's.
BINARY = {
    "Add": ("Sub",),
    "Sub": ("Add",),
    "Mul": ("Div",),
    "Div": ("Mul",),
    "FloorDiv": ("Mul",),
    "Mod": ("Mul",),
    "Pow": ("Mul",),
    "BitOr": ("BitAnd",),
    "BitAnd": ("BitOr",),
    "BitXor": ("BitAnd",),
    "LShift": ("RShift",),
    "RShift": ("LShift",),
}
# PIT: Invert Negatives; "Delete_Not" takes a `not` away.
UNARY = {"USub": ("UAdd",), "UAdd": ("USub",), "Delete": ("USub", "Invert", "Not")}
# PIT: Negate Conditionals, True and False Returns, as far as they apply; the rest is Python's.
ALONE = (
    "AddNot",
    "ExceptionReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ZeroIterationForLoop",
)
_FAMILIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ReplaceBinaryOperator": BINARY,
    "ReplaceComparisonOperator": COMPARISONS,
    "ReplaceUnaryOperator": UNARY,
}
DRAWN_FROM = frozenset(ALONE) | {
    f"{family}_{old}_{new}"
    for family, table in _FAMILIES.items()
    for old, those in table.items()
    for new in those
}
