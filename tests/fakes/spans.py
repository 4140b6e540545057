"""One span with an attribute of every kind, in both of OTLP's forms and as the collector keeps it."""

from __future__ import annotations

import json
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from fakes.control import Span

TRACE, SPAN, PARENT = "ab" * 16, "cd" * 8, "ef" * 8
EXPECTED = Span(
    trace_id=TRACE,
    span_id=SPAN,
    parent_span_id=PARENT,
    name="mmm.decide",
    start_unix_nano=1_700_000_000_000_000_001,
    end_unix_nano=1_700_000_000_000_000_002,
    attributes={
        "text": "a",
        "flag": True,
        "number": 7,
        "part": 0.5,
        "none": "-Infinity",
        "raw": "/wA=",
        "list": ["x", 1],
        "map": {"k": True},
    },
    resource={"service.name": "engine"},
)


def in_protobuf() -> bytes:
    attributes = [
        KeyValue(key="text", value=AnyValue(string_value="a")),
        KeyValue(key="flag", value=AnyValue(bool_value=True)),
        KeyValue(key="number", value=AnyValue(int_value=7)),
        KeyValue(key="part", value=AnyValue(double_value=0.5)),
        KeyValue(key="none", value=AnyValue(double_value=float("-inf"))),
        KeyValue(key="raw", value=AnyValue(bytes_value=b"\xff\x00")),
        KeyValue(
            key="list",
            value=AnyValue(
                array_value=ArrayValue(values=[AnyValue(string_value="x"), AnyValue(int_value=1)])
            ),
        ),
        KeyValue(
            key="map",
            value=AnyValue(
                kvlist_value=KeyValueList(values=[KeyValue(key="k", value=AnyValue(bool_value=True))])
            ),
        ),
    ]
    span = WireSpan(
        trace_id=bytes.fromhex(TRACE),
        span_id=bytes.fromhex(SPAN),
        parent_span_id=bytes.fromhex(PARENT),
        name="mmm.decide",
        start_time_unix_nano=EXPECTED.start_unix_nano,
        end_time_unix_nano=EXPECTED.end_unix_nano,
        attributes=attributes,
    )
    service = KeyValue(key="service.name", value=AnyValue(string_value="engine"))
    whole = ResourceSpans(resource=Resource(attributes=[service]), scope_spans=[ScopeSpans(spans=[span])])
    return ExportTraceServiceRequest(resource_spans=[whole]).SerializeToString()


def in_json() -> bytes:
    attributes = [
        {"key": "text", "value": {"stringValue": "a"}},
        {"key": "flag", "value": {"boolValue": True}},
        {"key": "number", "value": {"intValue": "7"}},
        {"key": "part", "value": {"doubleValue": 0.5}},
        {"key": "none", "value": {"doubleValue": "-Infinity"}},
        {"key": "raw", "value": {"bytesValue": "/wA="}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": True}}]}}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "x"}, {"intValue": 1}]}}},
    ]
    span: dict[str, Any] = {
        "traceId": TRACE.upper(),
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "mmm.decide",
        "kind": 2,
        "startTimeUnixNano": str(EXPECTED.start_unix_nano),
        "endTimeUnixNano": str(EXPECTED.end_unix_nano),
        "attributes": attributes,
    }
    service = {"key": "service.name", "value": {"stringValue": "engine"}}
    whole = {"resource": {"attributes": [service]}, "scopeSpans": [{"scope": {}, "spans": [span]}]}
    return json.dumps({"resourceSpans": [whole]}).encode()
