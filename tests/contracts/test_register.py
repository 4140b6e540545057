"""The register says what the users wrote, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import contracts
from contracts.register import load_register

TEXT = (Path(contracts.__file__).parent / "requirements.toml").read_text(encoding="utf-8")
KINDS = {"wire", "dependency", "time", "storage", "log", "load", "unit"}


def test_every_table_of_the_file_is_a_requirement_in_file_order() -> None:
    headings = re.findall(r"^\[([^\]]+)\]$", TEXT, flags=re.MULTILINE)

    register = load_register()

    assert list(register) == headings
    assert len(headings) > 40
    assert all(requirement.id == identifier for identifier, requirement in register.items())


def test_a_requirement_says_where_it_is_told_and_what_shows_it() -> None:
    requirement = load_register()["FR-10"]

    assert requirement.text.startswith("Nudges are easy to refuse")
    assert requirement.see == ("4", "5.3")
    assert requirement.shown == ("wire", "time")


def test_every_requirement_is_shown_by_known_kinds() -> None:
    for requirement in load_register().values():
        assert requirement.shown, requirement.id
        assert set(requirement.shown) <= KINDS, requirement.id


def test_what_a_caller_does_to_the_register_stays_with_the_caller() -> None:
    load_register().clear()

    assert "FR-1" in load_register()


def test_a_requirement_cannot_be_changed() -> None:
    requirement = load_register()["FR-1"]

    with pytest.raises(AttributeError):
        requirement.text = "anything"  # type: ignore[misc]  # that it is refused is the point
