"""Types of members that callers send: strict, named in errors, and storable as they are.

Rule: what passes here can be stored, signed and sent on by everything behind it.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

_HOUR, _SIXTY = r"([01]\d|2[0-3])", r"[0-5]\d"
_RFC3339 = re.compile(
    rf"\d{{4}}-\d\d-\d\d[Tt]{_HOUR}:{_SIXTY}:({_SIXTY}|60)(\.\d+)?([Zz]|[+-]{_HOUR}:{_SIXTY})", re.ASCII
)
_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")
_SEMVER = (
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$"
)
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

T = TypeVar("T")


class Wire(BaseModel):
    """A member of a body: frozen, strict (no "5" for 5), unknown members dropped."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


def _not_null(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    if value is None:
        raise ValueError("must not be null; leave it out instead")
    return value


def _whole(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Read 5.0 as 5, since JSON knows one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: str) -> str:
    moment_of(value)
    return value


def moment_of(value: Any) -> datetime:  # noqa: ANN401 -- whatever JSON holds
    """Read an RFC 3339 time; one that no calendar has in UTC is none."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time with offset")
    read = datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", value.upper()))  # it is a time too
    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that the calendar has") from None


def told(moment: datetime | None) -> str | None:
    """Write a time as answers have it."""
    return moment.isoformat() if moment else None


def _unrepeated(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


Many = Annotated[tuple[T, ...], Strict(False), Field(fail_fast=True)]  # noqa: FBT003 -- the library's own way of saying it
"""A JSON array; strictness would want a tuple wherever a validator of ours stands in between.

Reading stops at its first bad item: to tell of a million of them would take a gigabyte.
"""

Unrepeated = Annotated[Many[T], AfterValidator(_unrepeated)]
"""A JSON array as a set of words, in the order given."""

Given = Annotated[T | None, BeforeValidator(_not_null)]
"""May be left out, but not null."""

Whole = Annotated[int, BeforeValidator(_whole)]
LONGEST_ID = 200
Opaque = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Semver = Annotated[str, StringConstraints(pattern=_SEMVER)]
CanonicalUuid = Annotated[str, StringConstraints(pattern=_UUID)]
Moment = Annotated[str, AfterValidator(_moment)]
Instant = Annotated[datetime, BeforeValidator(moment_of)]
"""A time of a body, as a moment in UTC."""
