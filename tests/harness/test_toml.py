"""A TOML file is read, or one line says what is wrong with it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from harness.processes import ConfigurationError
from harness.targets.toml import read_toml

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_read_with_all_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_text('name = "é"\n[table]\nnumbers = [1, 2]\n', encoding="utf-8")

    assert read_toml(path) == {"name": "é", "table": {"numbers": [1, 2]}}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"name = \xe9", "is not UTF-8 text"),
        (b"[table\n", "is not TOML: Expected ']' at the end of a table declaration (at line 1, column 7)"),
    ],
    ids=["bytes", "no_toml"],
)
def test_what_cannot_be_read_as_toml_is_one_line(content: bytes, line: str, tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=f"^{re.escape(f'{path}: {line}')}$"):
        read_toml(path)


@pytest.mark.parametrize(("name", "error"), [("gone.toml", 2), (".", 21)], ids=["gone", "a_directory"])
def test_what_is_no_file_is_one_line(name: str, error: int, tmp_path: Path) -> None:
    path = tmp_path / name

    with pytest.raises(
        ConfigurationError, match=f"^{re.escape(f'{path}: cannot be read: {os.strerror(error)}')}$"
    ):
        read_toml(path)
