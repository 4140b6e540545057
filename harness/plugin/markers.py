"""What a scenario says of itself: the requirements that it shows, and the world that it needs.

Rule: a scenario that names no requirement, or one that the register does not have, is never collected.
"""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from contracts.register import load_register

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

MOST_REQUIREMENTS = 3
REQUIREMENT = "requirement"
OWN_WORLD = "own_world"
LINES = (
    "requirement(*ids): the one to three requirements of the register that this scenario shows",
    "own_world(**settings): this scenario has an engine, storage and fakes of its own, with these settings",
    "own_world(replicas=N): … and with so many replicas of the engine",
)


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the ids that a scenario is marked with, nearest mark first."""
    ids = [str(name) for mark in item.iter_markers(REQUIREMENT) for name in mark.args]
    return tuple(dict.fromkeys(ids))


def settings_of(item: pytest.Item) -> dict[str, Any] | None:
    """Return the settings of the world of its own that a scenario needs; None: the shared one will do."""
    mark = item.get_closest_marker(OWN_WORLD)
    return None if mark is None else dict(mark.kwargs)


def title_of(item: pytest.Item) -> str:
    """Return the requirement sentence that is a scenario's docstring."""
    text = inspect.getdoc(getattr(item, "obj", None)) or ""
    return " ".join(text.partition("\n\n")[0].split())


def unknown_requirements(ids: Iterable[str]) -> list[str]:
    """Return one line for each id that the register does not have."""
    register = load_register()
    return [
        f"{name!r} is not in the register{_nearest(name, register)}" for name in ids if name not in register
    ]


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """Refuse scenarios that do not say what they show."""
    made = yield
    items = made if isinstance(made, list) else [made]
    for item in items:
        if isinstance(item, pytest.Item) and (problem := _problem(item)):
            raise pytest.Collector.CollectError(f"{item.nodeid}: {problem}")
    return made


def _problem(item: pytest.Item) -> str:
    ids = requirements_of(item)
    if not 1 <= len(ids) <= MOST_REQUIREMENTS:
        return f'marks {len(ids)} requirements, not one to {MOST_REQUIREMENTS}: @requirement("FR-1", …)'
    if unknown := unknown_requirements(ids):
        return "; ".join(unknown)
    if broken := [name for name, value in (settings_of(item) or {}).items() if isinstance(value, float)]:
        return f"own_world({broken[0]}=…) is no whole number: an engine may read no others"
    return "" if title_of(item) else "has no docstring; it is one requirement in one sentence"


def _nearest(name: str, register: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, register, n=1)
    return f" (nearest: {near[0]})" if near else ""
