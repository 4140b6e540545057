"""An audit log as it stands on disk: whole lines are read, each by itself."""

from __future__ import annotations

import pytest

from harness.driving.audit import whole_entries
from harness.driving.failures import MalformedAnswerError


def test_the_line_that_is_still_being_written_is_left_out() -> None:
    entries = whole_entries(b'{"who": "a"}\n{"who": "b"}\n{"who": "\xc3')

    assert [entry["who"] for entry in entries] == ["a", "b"]


def test_what_is_nested_deeper_than_we_can_read_says_nothing() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000

    assert [entry["who"] for entry in whole_entries(deep + b'\n{"who": "a"}\n')] == ["a"]


@pytest.mark.parametrize("line", [b"", b"who: a", b"\xff", b"[]", b'{"who": '])
def test_a_whole_line_that_is_no_object_is_the_engines_breach(line: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        whole_entries(b'{"who": "a"}\n' + line + b"\n")
