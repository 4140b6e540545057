"""docs/engine.md names what is there."""

from __future__ import annotations

import importlib
import re
from contextlib import suppress

from tests.engine.house import CHECKOUT

NAME = re.compile(r"`(engine(?:\.\w+)+)`")


def exists(name: str) -> bool:
    module, _, member = name.rpartition(".")
    with suppress(ModuleNotFoundError):
        return bool(importlib.import_module(name))
    return hasattr(importlib.import_module(module), member)


def test_every_name_in_the_statement_table_exists() -> None:
    text = (CHECKOUT / "docs/engine.md").read_text(encoding="utf-8")
    names = set(NAME.findall(text))

    assert len(names) > 60
    assert [name for name in sorted(names) if name != "engine.md" and not exists(name)] == []
