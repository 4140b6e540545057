"""The arrows between the rooms point one way, and nobody imports the engine."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ARROWS: dict[str, set[str]] = {
    "contracts": set(),
    "reports": set(),
    "fakes": {"contracts"},
    "harness": {"fakes", "contracts", "reports"},
    "scenarios": {"harness"},
    "engine": set(),
}
ROOMS = {*ARROWS, "tests", "benchmarks"}


def imported_rooms(source: str) -> Iterator[str]:
    """Yield the top-level room of every import in a module's source, also of those inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        else:
            names = []
        yield from (top for name in names if (top := name.split(".")[0]) in ROOMS)


def wrong_arrows(room: str, source: str) -> set[str]:
    """Return the rooms that a module of `room` imports and may not."""
    return set(imported_rooms(source)) - ARROWS[room] - {room}


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_imports_only_what_its_arrows_allow(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))

    wrong = {str(path.relative_to(ROOT)): wrong_arrows(room, path.read_text("utf-8")) for path in modules}

    assert modules, f"{room} has no modules"
    assert {path: rooms for path, rooms in wrong.items() if rooms} == {}


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_every_room_is_imported_by_its_full_name(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))

    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]

    assert relative == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("scenarios", "import engine"),
        ("scenarios", "from fakes.control import FakeControl"),
        ("fakes", "def f():\n    from harness import worlds"),
        ("reports", "import contracts.register as register"),
        ("harness", "from engine.app import app"),
        ("harness", "from tests.waiting import eventually"),
    ],
)
def test_an_arrow_that_points_the_wrong_way_is_seen(room: str, source: str) -> None:
    wrong = wrong_arrows(room, source)

    assert len(wrong) == 1


def test_scenarios_take_everything_from_one_door() -> None:
    modules = sorted((ROOT / "scenarios").rglob("*.py"))

    doors = {
        node.module
        for path in modules
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("harness")
    }

    assert doors <= {"harness.scenario"}
    assert doors
