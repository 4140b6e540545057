"""What was parsed before is what would be parsed now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from contracts.parsed import read_parsed

if TYPE_CHECKING:
    from pathlib import Path


class Parser:
    """Says what it is given, and counts."""

    def __init__(self, made: Any = None) -> None:  # noqa: ANN401 -- any value
        self.made = made
        self.calls = 0

    def __call__(self, text: str) -> Any:  # noqa: ANN401 -- any value
        self.calls += 1
        return {"text": text} if self.made is None else self.made


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    path = tmp_path / "a.yaml"
    path.write_text("one: é", encoding="utf-8")
    return path


def test_the_same_file_is_parsed_once(source: Path) -> None:
    parser = Parser()

    read = [read_parsed(source, parser) for _ in range(3)]

    assert read == [{"text": "one: é"}] * 3
    assert parser.calls == 1
    assert {path.name for path in source.parent.iterdir()} == {"a.yaml", "__pycache__"}


def test_a_changed_file_is_parsed_again(source: Path) -> None:
    parser = Parser()
    read_parsed(source, parser)

    source.write_text("two: 2", encoding="utf-8")

    assert read_parsed(source, parser) == {"text": "two: 2"}
    assert read_parsed(source, parser) == {"text": "two: 2"}
    assert parser.calls == 2


@pytest.mark.parametrize("rubbish", [b"", b"{", b'{"digest": 1, "content": 2}', b"\xff", b"[]"])
def test_what_cannot_be_read_is_made_again(source: Path, rubbish: bytes) -> None:
    parser = Parser()
    read_parsed(source, parser)
    (kept,) = (source.parent / "__pycache__").iterdir()
    kept.write_bytes(rubbish)

    read = [read_parsed(source, parser) for _ in range(2)]

    assert read == [{"text": "one: é"}] * 2
    assert parser.calls == 2


@pytest.mark.parametrize("made", [{1: "a number is no name in JSON"}, {"a": float("inf")}, {"a": (1,)}])
def test_what_json_cannot_say_is_not_kept(source: Path, made: Any) -> None:  # noqa: ANN401 -- any value
    parser = Parser(made)

    read = [read_parsed(source, parser) for _ in range(2)]

    assert read == [made, made]
    assert parser.calls == 2


def test_where_nothing_can_be_kept_it_is_parsed_each_time(source: Path) -> None:
    (source.parent / "__pycache__").write_text("a file in its place")
    parser = Parser()

    read = [read_parsed(source, parser) for _ in range(2)]

    assert read == [{"text": "one: é"}] * 2
    assert parser.calls == 2


def test_nothing_is_written_where_python_may_write_nothing(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    read_parsed(source, Parser())

    assert [path.name for path in source.parent.iterdir()] == ["a.yaml"]
