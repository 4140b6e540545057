"""Spans in OTLP's JSON form.

Rule: pure; the same spans as in protobuf yield the same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from fakes.otlp.malformed import MalformedError
from fakes.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Nanos = int | str


class _Json(msgspec.Struct, frozen=True, rename="camel"):
    """Part of OTLP's JSON form; unknown members are ignored, as OTLP says."""


class _Value(_Json, frozen=True, rename="camel"):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: Nanos | None = None
    double_value: float | Literal["NaN", "Infinity", "-Infinity"] | None = None
    array_value: _Values | None = None
    kvlist_value: _Attributes | None = None
    bytes_value: str | None = None


class _Values(_Json, frozen=True, rename="camel"):
    values: tuple[_Value, ...] = ()


class _Attribute(_Json, frozen=True, rename="camel"):
    key: str = ""
    value: _Value = _Value()


class _Attributes(_Json, frozen=True, rename="camel"):
    values: tuple[_Attribute, ...] = ()


class _Span(_Json, frozen=True, rename="camel"):
    trace_id: str
    span_id: str
    parent_span_id: str = ""
    name: str = ""
    start_time_unix_nano: Nanos = 0
    end_time_unix_nano: Nanos = 0
    attributes: tuple[_Attribute, ...] = ()


class _Scope(_Json, frozen=True, rename="camel"):
    spans: tuple[_Span, ...] = ()


class _Resource(_Json, frozen=True, rename="camel"):
    attributes: tuple[_Attribute, ...] = ()


class _ResourceSpans(_Json, frozen=True, rename="camel"):
    resource: _Resource = _Resource()
    scope_spans: tuple[_Scope, ...] = ()


class _Export(_Json, frozen=True, rename="camel"):
    resource_spans: tuple[_ResourceSpans, ...] = ()


def from_json(body: bytes) -> tuple[Span, ...]:
    """Return the spans of a body in JSON."""
    try:
        export = msgspec.json.decode(body, type=_Export)
        return tuple(_json_spans(export))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedError(str(error)) from None


def _json_spans(export: _Export) -> Iterator[Span]:
    for part in export.resource_spans:
        resource = _json_attributes(part.resource.attributes)
        for scope in part.scope_spans:
            for span in scope.spans:
                yield Span(
                    trace_id=span.trace_id.lower(),
                    span_id=span.span_id.lower(),
                    parent_span_id=span.parent_span_id.lower() or None,
                    name=span.name,
                    start_unix_nano=int(span.start_time_unix_nano),
                    end_unix_nano=int(span.end_time_unix_nano),
                    attributes=_json_attributes(span.attributes),
                    resource=resource,
                )


def _json_attributes(attributes: Sequence[_Attribute]) -> dict[str, Any]:
    return {attribute.key: _json_value(attribute.value) for attribute in attributes}


def _json_value(value: _Value) -> Any:  # noqa: ANN401 -- an attribute is any JSON value
    if value.int_value is not None:
        return int(value.int_value)
    if value.array_value is not None:
        return [_json_value(item) for item in value.array_value.values]
    if value.kvlist_value is not None:
        return _json_attributes(value.kvlist_value.values)
    simple = (value.string_value, value.bool_value, value.double_value, value.bytes_value)
    return next((item for item in simple if item is not None), None)
