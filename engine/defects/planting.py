"""Planting: the modules that a defect changes are read with its changes, and with no other's.

Rule: nothing is written anywhere; a change that does not fit its module exactly once is an error, so that no
defect is ever silently the sound engine.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source, find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType, ModuleType

    from engine.defects.defect import Change, Defect


class MisfitError(Exception):
    """A change does not fit the engine any more."""


def plant(defect: Defect) -> None:
    """See to it that the engine, which must not be loaded yet, is loaded with this defect."""
    modules = {change.module for change in defect.changes}
    rewrite(defect.id, {module: partial(changed, defect, module) for module in modules})


def rewrite(name: str, modules: Mapping[str, Callable[[str], str]]) -> None:
    """See to it that these modules, none of them loaded yet, are read as they are rewritten."""
    loaded = [module for module in modules if module in sys.modules]
    if loaded:
        raise MisfitError(f"{name}: {loaded[0]} is loaded already")
    sys.meta_path.insert(0, _Finder(name, modules))


def changed(defect: Defect, module: str, source: str) -> str:
    """Return a module's source with what a defect changes in it."""
    for change in defect.changes:
        if change.module == module:
            source = _replaced(defect, change, source)
    return source


def source_of(module: str) -> tuple[str, str]:
    """Return where a module of the engine is written, and its source."""
    spec = find_spec(module)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise MisfitError(f"{module}: no such module of the engine")
    return spec.loader.path, _source(spec.loader)


def _source(loader: SourceFileLoader) -> str:
    return decode_source(loader.get_data(loader.path))


def _replaced(defect: Defect, change: Change, source: str) -> str:
    times = source.count(change.old)
    if times != 1:
        raise MisfitError(f"{defect.id}: its change stands {times} times in {change.module}, not once")
    return source.replace(change.old, change.new)


class _Finder(MetaPathFinder):
    def __init__(self, name: str, modules: Mapping[str, Callable[[str], str]]) -> None:
        self._name = name
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module as always; one that is changed is loaded by us."""
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            raise MisfitError(f"{self._name}: no such module of the engine: {fullname}")
        spec.loader = _Loader(self._modules[fullname], fullname, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    """Compiles a changed module from its source: bytecode is of the sound one."""

    def __init__(self, rewritten: Callable[[str], str], fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._rewritten = rewritten

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 -- the loader's own parameter
        """Return the code of the changed module."""
        return compile(self._rewritten(_source(self)), self.path, "exec", dont_inherit=True)
