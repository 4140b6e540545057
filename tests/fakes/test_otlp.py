"""The collector takes what real exporters send, in any form, and tells it back."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.otlp.json_form import from_json
from fakes.otlp.protobuf_form import from_protobuf
from tests.fakes.spans import EXPECTED, SPAN, TRACE, in_json, in_protobuf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.control import OtlpControl

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}


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
        content, headers = gzip.compress(content, mtime=0), {**headers, "content-encoding": "gzip"}

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
    bomb = gzip.compress(b"\0" * 40_000_000, mtime=0)

    reply = await post(f"{otlp.url}/v1/traces", bomb, {**PROTOBUF, "content-encoding": "gzip"})

    assert reply.status_code == 400


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics", "/v1/logs"])
@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"no gzip", "gzip"), (gzip.compress(b"", mtime=0)[:-1], "gzip"), (b"", "deflate")],
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
