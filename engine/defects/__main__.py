"""`python -m engine.defects [NAME --host HOST --port PORT]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.defects.catalogue import by_id
from engine.defects.planting import plant, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.defects.defect import Change, Defect

CHECKOUT = Path(__file__).parents[2]


def main(argv: Sequence[str]) -> int:
    """List the defects, or start the engine with one of them, in one process."""
    defects = by_id()
    if not argv:
        sys.stdout.writelines(f"{json.dumps(described(defect))}\n" for defect in defects.values())
        return 0
    chosen = defects.get(argv[0])
    if chosen is None:
        return _refused(f"no defect is called {argv[0]}; without a name they are listed")
    if "--workers" in argv:
        return _refused("a defect is planted in one process: leave --workers out")
    plant(chosen)
    from engine.__main__ import main as start_engine  # noqa: PLC0415 - only now: it is planted first

    return start_engine(argv[1:])


def described(defect: Defect) -> dict[str, Any]:
    """Return a defect as `mmm qualify` reads it."""
    return {
        "id": defect.id,
        "kind": defect.kind,
        "requirements": defect.requirements,
        "story": defect.story,
        "deferred": defect.deferred,
        "changes": [_place(change) for change in defect.changes],
    }


def _place(change: Change) -> dict[str, Any]:
    path, source = source_of(change.module)
    line = source[: source.index(change.old)].count("\n") + 1
    return {
        "file": str(Path(path).relative_to(CHECKOUT)),
        "line": line,
        "old": change.old,
        "new": change.new,
    }


def _refused(why: str) -> int:
    sys.stderr.write(f"mmm-engine: {why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
