"""`python -m engine.defects [NAME --host HOST --port PORT]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engine.__main__ import main as start_engine
from engine.defects.catalogue import by_id

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """List the defects, or start the engine with one of them."""
    defects = by_id()
    if not argv:
        for defect in defects.values():
            sys.stdout.write(f"{defect.id}\t{','.join(defect.requirements)}\t{defect.story}\n")
        return 0
    chosen = defects.get(argv[0])
    if chosen is None:
        sys.stderr.write(f"mmm-engine: no defect is called {argv[0]}; without a name they are listed\n")
        return 2
    return start_engine(argv[1:], chosen.plant)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
