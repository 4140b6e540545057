"""Which mutants are drawn: 200 of all that can be made of the engine, the same ones wherever they are drawn.

Rule: the draw depends on the engine's source alone, and on which mutants of it were seen not to start. Each
mutant's place in it comes from its own name and the seed, so that neither the order of files nor a change
elsewhere shuffles the others.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tests.mutants.excuses import INCOMPETENT, ExcuseError
from tests.mutants.making import Mutant, is_one, mutants_of, mutated
from tests.mutants.meaning import meaning
from tests.mutants.operators import DRAWN_FROM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

SEED = 1
DRAWN = 200
# Seeded defects are no part of the engine; a migration runs once in the life of a database, and has made what
# the schema describes; the supervisor of worker processes does nothing in the one where a mutant is planted.
LEFT_OUT = ("engine.defects", "engine.storage.migrations", "engine.storage.schema", "engine.workers")
# What one process on PostgreSQL never runs: that is where a mutant is hunted.
NOT_HERE = frozenset(
    {
        ("engine.observe.metrics", "SumOfWorkers"),
        ("engine.observe.metrics", "worst"),
        ("engine.settings", "Settings.share"),
        ("engine.storage.database", "_open_sqlite"),
        ("engine.storage.database", "_begin_sqlite"),
    }
)


def sources(root: Path) -> dict[str, str]:
    """Return the engine's modules with their sources, by name."""
    files = ((_name(path.relative_to(root)), path) for path in (root / "engine").rglob("*.py"))
    return {name: path.read_text(encoding="utf-8") for name, path in files if not _left_out(name)}


def drawn(
    modules: Mapping[str, str], incompetent: Collection[str] = (), seed: int = SEED, count: int = DRAWN
) -> list[Mutant]:
    """Return so many mutants, drawn among all that are one, in the order of their names.

    The incompetent are passed over; raise ExcuseError where one of these would not have been drawn.
    """
    found: list[Mutant] = []
    passed_over = set()
    order = _in_order(modules, seed)
    while len(found) < count and (mutant := next(order, None)):
        if mutant.id in incompetent:
            passed_over.add(mutant.id)
        else:
            found.append(mutant)
    for name in incompetent:
        if name not in passed_over:
            raise ExcuseError(f"{name}: no mutant of this name is drawn; take it out of {INCOMPETENT.name}")
    return sorted(found, key=lambda mutant: mutant.id)


def _in_order(modules: Mapping[str, str], seed: int) -> Iterator[Mutant]:
    """Yield all mutants that are one, by their places in the draw."""
    every = (
        mutant
        for name, source in modules.items()
        for mutant in mutants_of(name, source)
        if mutant.operator in DRAWN_FROM and runs_here(mutant)
    )
    order = sorted(every, key=lambda mutant: sha256(f"{seed}:{mutant.id}".encode()).digest())
    return _each_once((mutant for mutant in order if is_one(mutant, modules[mutant.module])), modules)


def _each_once(mutants: Iterable[Mutant], modules: Mapping[str, str]) -> Iterator[Mutant]:
    """Yield those that are another program than each one before them."""
    seen = set()
    for mutant in mutants:
        program = mutant.module, meaning(mutated(mutant, modules[mutant.module]))
        if program not in seen:
            seen.add(program)
            yield mutant


def runs_here(mutant: Mutant) -> bool:
    """Tell whether what a mutant changes is ever run by one process on PostgreSQL."""
    return not any(
        mutant.module == module and f"{mutant.scope}.".startswith(f"{scope}.") for module, scope in NOT_HERE
    )


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _left_out(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in LEFT_OUT)
