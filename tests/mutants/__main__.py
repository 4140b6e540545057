"""`python -m tests.mutants [ID --host HOST --port PORT]`: the engine with one general mutant in it.

Without an ID, those that were drawn are listed, one JSON object a line, as `mmm qualify` reads them. What is
drawn, and what never is: docs/mutants.md.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.defects.planting import rewrite, source_of
from tests.mutants.drawing import drawn, sources
from tests.mutants.excuses import EQUIVALENT, INCOMPETENT, ExcuseError, equivalents, incompetents
from tests.mutants.making import Mutant, difference, mutants_of, mutated, nickname

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]


def main(argv: Sequence[str]) -> int:
    """List the mutants, or start the engine with one of them, in one process."""
    if not argv:
        return _list()
    called = {nickname(module): (module, source) for module, source in sources(ROOT).items()}
    module, source = called.get(argv[0].partition("-")[0], ("", ""))
    mutant = next((one for one in mutants_of(module, source) if one.id == argv[0]), None)
    if mutant is None:
        return _refused(f"no mutant is called {argv[0]}; without a name they are listed")
    warnings.simplefilter("ignore", SyntaxWarning)  # an odd comparison is not to be told in the engine's log
    rewrite(mutant.id, {module: lambda text: mutated(mutant, text)})
    from engine.__main__ import main as start_engine  # noqa: PLC0415 - only now: it is planted first

    return start_engine(argv[1:])


def described(mutant: Mutant, source: str, reason: str) -> dict[str, Any]:
    """Return a mutant as `mmm qualify` reads a defect: it breaks no requirement in particular."""
    return {
        "id": mutant.id,
        "kind": mutant.operator,
        "requirements": [],
        "story": f"{mutant.operator} in {mutant.module}, line {mutant.line}.",
        "deferred": f"equivalent: {reason}" if reason else "",
        "changes": [_change(mutant, source)],
    }


def _list() -> int:
    modules = sources(ROOT)
    try:
        mutants = drawn(modules, incompetents(INCOMPETENT.read_text(encoding="utf-8")))
        excused = equivalents(EQUIVALENT.read_text(encoding="utf-8"), {mutant.id for mutant in mutants})
    except ExcuseError as error:
        return _refused(str(error))
    for mutant in mutants:
        told = described(mutant, modules[mutant.module], excused.get(mutant.id, ""))
        sys.stdout.write(f"{json.dumps(told)}\n")
    return 0


def _change(mutant: Mutant, source: str) -> dict[str, Any]:
    line, old, new = difference(mutant, source)
    path, _ = source_of(mutant.module)
    return {"file": str(Path(path).relative_to(ROOT)), "line": line, "old": old, "new": new}


def _refused(why: str) -> int:
    sys.stderr.write(f"mmm-engine: {why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
