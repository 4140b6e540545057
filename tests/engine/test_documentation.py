"""docs/statements.md has a row for each statement of the specification, and names what is there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

import pytest

from tests.engine.house import CHECKOUT
from tests.engine.statements import Statement, clauses, statements_of

NAME = re.compile(r"`((?:engine|harness|reports|contracts)(?:\.\w+)+)`")
TEST = re.compile(r"`((?:tests|scenarios|benchmarks)/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"\| ([\d.]+[a-z]?[\d.]*) \| (.+?) \| ((?:\(choice\))?) ?\| (.*?) ?\| (.*?) ?\|")
CUT = "…"
LEAST_QUOTED = 20
# A definition, what others do, and the head of section 11: there is nothing in them that could be kept.
NOTHING_TO_KEEP = {"1.1a", "1.5b", "11.0a", "11.0b"}
# Speed under a load that no machine of ours can be trusted to bear.
OPEN = {"10.1a", "10.1b"}


@dataclass(frozen=True, slots=True)
class Row:
    """What the page says of one statement."""

    id: str
    quote: str
    choice: bool
    places: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]
    open: bool


def rows_of(page: str) -> list[Row]:
    """Read the tables of the page."""
    lines = (ROW.fullmatch(line.replace(r"\|", "¦")) for line in page.splitlines())
    return [
        Row(
            found[1],
            found[2].replace("¦", "|"),
            bool(found[3]),
            tuple(NAME.findall(found[4])),
            tuple((path, name) for path, name in TEST.findall(found[5])),
            found[5].startswith("open: "),
        )
        for found in lines
        if found
    ]


def gaps(statements: list[Statement], rows: list[Row]) -> list[str]:
    """Return what a reader would miss: a statement without its row, a row that quotes something else."""
    return [
        f"{statement.id if statement else 'none'} has the row {row.id if row else 'none'}"
        for statement, row in zip_longest(statements, rows)
        if not statement or not row or not quotes(row, statement)
    ]


def quotes(row: Row, statement: Statement) -> bool:
    """Say whether the row is about this statement, by its place and its very words."""
    same = row.quote == statement.text
    begins = row.quote.endswith(CUT) and statement.text.startswith(row.quote.removesuffix(CUT))
    long_enough = len(row.quote) > LEAST_QUOTED
    return (row.id, row.choice) == (statement.id, statement.choice) and (same or (begins and long_enough))


@cache
def defined(path: str) -> frozenset[str]:
    """Return what a module defines, members of its classes too, without importing it."""
    file = CHECKOUT / path
    return (
        frozenset(_names(ast.parse(file.read_text(encoding="utf-8")).body)) if file.is_file() else frozenset()
    )


def _names(body: list[ast.stmt]) -> list[str]:
    found: list[str] = []
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append(name)
            case ast.ClassDef(name=name, body=inner):
                found += [name, *(f"{name}.{member}" for member in _names(inner))]
            case ast.Assign(targets=[*targets]):
                found += [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.append(name)
    return found


def exists(name: str) -> bool:
    """Say whether a dotted name is a module, or defined in one."""
    parts = name.split(".")
    if any((CHECKOUT / "/".join(parts)).with_suffix(ending).exists() for ending in ("", ".py")):
        return True
    splits = (("/".join(parts[:cut]) + ".py", ".".join(parts[cut:])) for cut in range(1, len(parts)))
    return any(member in defined(path) for path, member in splits)


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    return statements_of((CHECKOUT / "docs/spec/engine.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return rows_of((CHECKOUT / "docs/statements.md").read_text(encoding="utf-8"))


def test_each_statement_has_its_row_in_order(statements: list[Statement], rows: list[Row]) -> None:
    assert len(statements) > 350
    assert gaps(statements, rows) == []


def test_each_row_says_where_it_is_kept_and_what_shows_it(rows: list[Row]) -> None:
    empty = {row.id for row in rows if not row.places or not (row.tests or row.open)}

    assert empty == NOTHING_TO_KEEP


def test_what_is_open_is_known(rows: list[Row]) -> None:
    assert {row.id for row in rows if row.open} == OPEN


def test_only_what_can_fail_is_said_to_show_anything(rows: list[Row]) -> None:
    shown = {path for row in rows for path, _ in row.tests}

    assert sorted(path for path in shown if not path.rpartition("/")[2].startswith("test_")) == []


def test_every_place_is_there(rows: list[Row]) -> None:
    assert sorted({name for row in rows for name in row.places if not exists(name)}) == []


def test_every_test_is_there(rows: list[Row]) -> None:
    tests = {test for row in rows for test in row.tests}

    assert sorted(f"{path}::{name}" for path, name in tests if name not in defined(path)) == []


def test_the_page_about_the_engine_names_what_is_there() -> None:
    names = set(NAME.findall((CHECKOUT / "docs/engine.md").read_text(encoding="utf-8")))

    assert len(names) > 10
    assert sorted(name for name in names - {"engine.md"} if not exists(name)) == []


SPECIFICATION = """# A title: no statement

Nor is this.

## 1. First
One thing; another (not; cut) thing. `a. b` is one
thing on two lines:
- a bullet *(choice)*; and more
- *(choice)* for both: this; and this. Not this.

| who | what |
|---|---|
| **A** | says `x`; does (one; two; three; four) |

### 1.1 Steps
Before.
1. this; 2. that; `p`, `q` (r, `s`), `t`.

## 2. Shapes
```
Thing  a, b.  c; d
```
"""


def test_statements_are_found_by_their_place() -> None:
    assert [(one.id, one.text, one.choice) for one in statements_of(SPECIFICATION)] == [
        ("1.1a", "One thing;", False),
        ("1.1b", "another (not; cut) thing.", False),
        ("1.1c", "`a. b` is one thing on two lines:", False),
        ("1.2a", "a bullet *(choice)*;", True),
        ("1.2b", "and more", False),
        ("1.3a", "*(choice)* for both: this;", True),
        ("1.3b", "and this.", True),
        ("1.3c", "Not this.", False),
        ("1.4a", "**A**: says `x`;", False),
        ("1.4b", "**A**: does (one;", False),
        ("1.4c", "**A**: two;", False),
        ("1.4d", "**A**: three;", False),
        ("1.4e", "**A**: four)", False),
        ("1.1.0", "Before.", False),
        ("1.1.1", "this;", False),
        ("1.1.2a", "that;", False),
        ("1.1.2b.1", "`p`,", False),
        ("1.1.2b.2", "`q` (r, `s`),", False),
        ("1.1.2b.3", "`t`.", False),
        ("2.1", "Thing a, b. c; d", False),
    ]


WELL = "| 1.1 | One thing that is quite … | (choice) | `engine.app` | `tests/engine/test_x.py::test_y` |"


@pytest.mark.parametrize(
    "page",
    [
        "",
        WELL.replace("One", "A"),
        WELL.replace("1.1", "1.2"),
        WELL.replace("(choice)", ""),
        WELL.replace(" that is quite ", ""),
        WELL + "\n" + WELL,
    ],
    ids=["none", "other-words", "another-place", "no-choice", "too-short", "twice"],
)
def test_a_table_that_does_not_fit_is_told(page: str) -> None:
    statements = [Statement("1.1", "One thing that is quite long *(choice)*", choice=True)]

    assert gaps(statements, rows_of(WELL)) == []
    assert gaps(statements, rows_of(page)) != []


def test_a_quote_may_hold_a_bar() -> None:
    (row,) = rows_of(WELL.replace("One thing that is quite …", r"a \| b"))

    assert (row.quote, row.choice, row.places) == ("a | b", True, ("engine.app",))
    assert row.tests == (("tests/engine/test_x.py", "test_y"),)


@pytest.mark.parametrize(
    "name",
    ["engine.app", "engine.edge", "engine.edge.errors.ApiError", "engine.observe.metrics.Metrics.decided"],
)
def test_what_is_there_exists(name: str) -> None:
    assert exists(name)
    assert not exists(name + "s")


def test_a_clause_is_cut_outside_of_brackets() -> None:
    assert clauses("a {b; c}; d") == (("a {b; c};",), ("d",))
