"""Scenario files are read as pytest reads them, with our words put in first.

Rule: whatever pytest itself would not rewrite is left to the others; a file that is no Python fails as ever.
"""

from __future__ import annotations

import ast
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

# pytest has no public name for this: it is what makes a failed assertion tell both sides of it.
from _pytest.assertion.rewrite import AssertionRewritingHook, rewrite_asserts

from harness.plugin.watching.places import watched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    import pytest

    from harness.plugin.watching.watch import Watch


class WatchedFiles(MetaPathFinder, Loader):
    """Loads the files of scenarios (`test_*.py`) for one run of pytest."""

    def __init__(self, config: pytest.Config, watch: Watch) -> None:
        self._config = config
        self._watch = watch

    def install(self) -> None:
        """Come before pytest's own reader, so that what it finds is read by this one."""
        sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Leave everything as it was."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a file that pytest would rewrite, if it is one of a scenario."""
        if not fullname.rpartition(".")[2].startswith("test_"):
            return None
        for finder in sys.meta_path:
            if isinstance(finder, AssertionRewritingHook):
                found = finder.find_spec(fullname, path, target)
                if found is not None and found.origin is not None:
                    return spec_from_file_location(fullname, found.origin, loader=self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the file, watched."""
        path = Path(str(module.__file__))
        source = path.read_bytes()
        seen = watched(ast.parse(source, filename=str(path)))
        rewrite_asserts(seen.tree, source, str(path), self._config)
        module.__dict__.update(self._watch.words(path, seen))
        exec(compile(seen.tree, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - it is a loader
