"""The collector takes what real exporters send, in any form, and tells it back."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from fakes.control import OtlpControl, Span
from fakes.otlp.json_form import from_json
from fakes.otlp.protobuf_form import from_protobuf

if TYPE_CHECKING:
    from collections.abc import Mapping

TRACE, SPAN, PARENT = "ab" * 16, "cd" * 8, "ef" * 8
PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
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


def test_both_forms_read_the_same() -> None:
    assert from_protobuf(in_protobuf()) == from_json(in_json()) == (EXPECTED,)


async def post(url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(url, content=content, headers=dict(headers))


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("content", "headers"), [(in_protobuf(), PROTOBUF), (in_json(), JSON)])
async def test_spans_are_kept(
    otlp: OtlpControl, content: bytes, headers: dict[str, str], *, zipped: bool
) -> None:
    if zipped:
        content, headers = gzip.compress(content), {**headers, "content-encoding": "gzip"}

    reply = await post(f"{otlp.url}/v1/traces", content, headers)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == headers["content-type"]
    assert await otlp.spans(TRACE) == (EXPECTED,)
    assert await otlp.spans() == (EXPECTED,)
    assert await otlp.spans("00" * 16) == ()


@pytest.mark.parametrize("headers", [PROTOBUF, {**PROTOBUF, "content-encoding": "gzip"}])
async def test_rubbish_is_refused_in_the_form_of_the_request(
    otlp: OtlpControl, headers: dict[str, str]
) -> None:
    reply = await post(f"{otlp.url}/v1/traces", b"\xff\xff\xff", headers)

    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/x-protobuf")
    assert reply.content[:2] == b"\x08\x03"  # google.rpc.Status.code = INVALID_ARGUMENT
    assert await otlp.spans() == ()


async def test_a_body_that_unpacks_without_end_is_refused(otlp: OtlpControl) -> None:
    bomb = gzip.compress(b"\0" * 40_000_000)

    reply = await post(f"{otlp.url}/v1/traces", bomb, {**PROTOBUF, "content-encoding": "gzip"})

    assert reply.status_code == 400


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs"])
@pytest.mark.parametrize(
    ("content", "encoding"), [(b"no gzip", "gzip"), (gzip.compress(b"")[:-1], "gzip"), (b"", "deflate")]
)
async def test_a_body_that_cannot_be_unpacked_is_refused(
    otlp: OtlpControl, path: str, content: bytes, encoding: str
) -> None:
    reply = await post(f"{otlp.url}{path}", content or b"x", {**PROTOBUF, "content-encoding": encoding})

    assert (reply.status_code, reply.content[:2]) == (400, b"\x08\x03")


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
@pytest.mark.parametrize(("content", "headers"), [(b"\n\x00", PROTOBUF), (b"{}", JSON)])
async def test_metrics_and_logs_are_taken_and_dropped(
    otlp: OtlpControl, path: str, content: bytes, headers: dict[str, str]
) -> None:
    reply = await post(f"{otlp.url}{path}", content, headers)

    assert reply.status_code == 200
    assert await otlp.spans() == ()


async def test_reset_forgets_one_trace_or_all(otlp: OtlpControl) -> None:
    await post(f"{otlp.url}/v1/traces", in_protobuf(), PROTOBUF)

    await otlp.reset(traceparent="00" * 16)
    kept = await otlp.spans()
    await otlp.reset(traceparent=f"00-{TRACE}-{SPAN}-01")

    assert kept == (EXPECTED,)
    assert await otlp.spans() == ()
