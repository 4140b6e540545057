"""Members that callers send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.storage.types import AnyText, UtcTime
from engine.values.ids import is_canonical, new_id
from engine.values.wire import CanonicalUuid, Moment, Semver, Whole
from engine.values.wording import is_prescriptive

MOMENT = TypeAdapter(Moment)
SEMVER = TypeAdapter(Semver)
WHOLE = TypeAdapter(Whole)
UUID = TypeAdapter(CanonicalUuid)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:15:00Z",
        "2026-03-02t10:15:00z",
        "2026-03-02T10:15:00.123456789+14:00",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00-00:00",
    ],
)
def test_moments_have_an_offset(text: str) -> None:
    assert MOMENT.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:15:00",
        "2026-03-02",
        "2026-13-02T10:15:00Z",
        "2026-02-29T10:15:00Z",
        "2026-03-02T10:60:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T10:15:61Z",
        "2026-03-02T10:15:00+01:60",
        "2026-03-02T10:15:00-24:00",
        "now",
        "",
        "\u0662026-03-02T10:15:00Z",
    ],
)
def test_other_texts_are_no_moments(text: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)


@pytest.mark.parametrize("text", ["0.0.0", "1.2.3", "1.2.3-rc.1+build.5", "10.20.30-x-y.0a"])
def test_semantic_versions_are_read(text: str) -> None:
    assert SEMVER.validate_python(text) == text


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "1.2.3-", "01.2.3", "1.2.3-01", "1.2.3\n"])
def test_other_versions_are_not(text: str) -> None:
    with pytest.raises(ValidationError):
        SEMVER.validate_python(text)


@pytest.mark.parametrize(("given_as", "read_as"), [(5, 5), (5.0, 5), (10**30, 10**30)])
def test_whole_numbers_are_read(given_as: float, read_as: int) -> None:
    assert WHOLE.validate_python(given_as, strict=True) == read_as


@pytest.mark.parametrize("value", [5.5, "5", True, None, float("inf"), float("nan")])
def test_other_numbers_are_not(value: object) -> None:
    with pytest.raises(ValidationError):
        WHOLE.validate_python(value, strict=True)


def test_ids_are_canonical() -> None:
    made = new_id()

    assert is_canonical(made)
    assert UUID.validate_python(made) == made
    for other in (made.upper() + "x", made.replace("-", ""), "{" + made + "}", made + "\n", ""):
        assert not is_canonical(other)


@pytest.mark.parametrize(
    "text",
    ["You should", "SHOULDN'T", "it must be", "mustn\u2019t", "you have to", "one needs\nto", "has  to"],
)
def test_prescriptions_are_recognised(text: str) -> None:
    assert is_prescriptive(text)


@pytest.mark.parametrize("text", ["mustard", "shoulder", "have two", "we need tools", "3 of 5 failed"])
def test_facts_are_not(text: str) -> None:
    assert not is_prescriptive(text)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("\\0\x00"), st.text("\\0\x00"))
def test_any_text_can_be_kept_and_stays_itself(text: str, other: str) -> None:
    column = AnyText()
    kept = column.process_bind_param(text, None)  # type: ignore[arg-type]  # no dialect is looked at

    assert kept is not None
    assert "\x00" not in kept
    assert column.process_result_value(kept, None) == text  # type: ignore[arg-type]  # as above
    assert (kept == column.process_bind_param(other, None)) is (text == other)  # type: ignore[arg-type]  # as above


def test_a_moment_without_offset_cannot_be_kept() -> None:
    column = UtcTime()

    with pytest.raises(ValueError, match="without offset"):
        column.process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001 -- the point
    assert column.process_result_value(datetime(2026, 1, 1), None) == datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[arg-type]  # noqa: DTZ001 -- as SQLite gives it
