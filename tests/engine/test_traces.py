"""Section 9: one connected trace for each decision, nothing personal in it, whatever the collector does."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from opentelemetry.context import attach, detach
from opentelemetry.trace import get_current_span

from engine.observe.collector import STOP_SECONDS
from engine.observe.trace import Tracing, outbound, trace_id, whole
from tests.engine.house import action, eventually, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

    from fakes.control import Span
    from tests.engine.house import Engine, Place, Talk

THEIRS = "b7ad6b7169203331"
STEPS = {
    "context.build",
    "playbook.evaluate",
    "policy.gate",
    "llm.safety",
    "eris.receipt",
    "delivery.route",
}
WHOLE = 1 + len(STEPS)
PRIVATE = "somebodys-words@example.com"


@pytest.fixture(scope="module")
def traced_engine(place: Place, work: Path) -> Iterator[Engine]:
    collector = place.fakes["otlp"]
    database = f"sqlite:///{work / uuid4().hex}.db"
    with running_engine(place, database, OTEL_EXPORTER_OTLP_ENDPOINT=f"{collector}/") as running:
        yield running


@pytest.fixture
async def traced(traced_engine: Engine, place: Place) -> AsyncIterator[Talk]:
    async with talking(traced_engine, place) as talk:
        yield talk


async def decide(talk: Talk, traceparent: str | None, body: Any = None, **persona: Any) -> httpx.Response:  # noqa: ANN401
    headers = {"Authorization": f"Bearer {await talk.token(**persona)}"}
    headers |= {"traceparent": traceparent} if traceparent else {}
    whole_body = {"tenant_id": talk.tenant, **(body or {})}
    return await talk.client.post("/decide", json=whole_body, headers=headers)


def a_trace(flags: str = "01") -> tuple[str, str]:
    """Return a trace id, and the header that names it."""
    trace = uuid4().hex
    return trace, f"00-{trace}-{THEIRS}-{flags}"


async def spans_of(talk: Talk, trace: str) -> dict[str, Span]:
    async def look() -> list[Span]:
        return list(await talk.otlp.spans(trace))

    found = await eventually(look, WHOLE)
    assert len({span.name for span in found}) == len(found)
    return {span.name: span for span in found}


async def test_a_decision_leaves_one_connected_trace(traced: Talk) -> None:
    trace, header = a_trace()
    await traced.publish(action("mirror"))

    reply = await decide(traced, header)

    spans = await spans_of(traced, trace)
    assert set(spans) == {"mmm.decide", *STEPS}
    root = spans["mmm.decide"]
    assert root.parent_span_id == THEIRS
    assert {spans[name].parent_span_id for name in STEPS} == {root.span_id}
    assert all(span.start_unix_nano <= span.end_unix_nano for span in spans.values())
    assert root.resource["service.name"] == "mmm-engine"
    decision = reply.json()["decision"]
    assert root.attributes["mmm.decision_id"] == decision["decision_id"]
    assert (root.attributes["mmm.tenant_id"], root.attributes["mmm.actions"]) == (traced.tenant, 1)
    assert spans["eris.receipt"].attributes["mmm.result"] == decision["receipt_status"]


async def test_each_call_hangs_on_the_span_that_it_belongs_to(traced: Talk) -> None:
    trace, header = a_trace()
    await traced.publish(action("mentor", surfaces=["alert"], llm_prompt="Say why."))

    await decide(traced, header)

    spans = await spans_of(traced, trace)
    calls = {
        ("iam", "POST /verify"): "mmm.decide",
        ("iam", "POST /decision"): "context.build",
        ("policy", "POST /v1/policy/tenants/{tenant_id}/evaluate"): "context.build",
        ("ubi", "GET /v1/ubi/signals/recent"): "context.build",
        ("governance", "GET /v1/data-governance/tenants/{tenant_id}/config"): "context.build",
        ("llm", "POST /v1/llm/generate"): "llm.safety",
        ("eris", "POST /v1/evidence/receipts"): "eris.receipt",
        ("alerting", "POST /api/v1/notifications/mmm"): "delivery.route",
    }
    for (name, operation), span in calls.items():

        async def heard(name: str = name, operation: str = operation) -> list[Any]:
            return list(await traced.fake(name).journal(operation=operation, traceparent=header))

        (entry,) = await eventually(heard, 1)
        assert entry.traceparent == f"00-{trace}-{spans[span].span_id}-01", operation


async def test_a_trace_holds_nothing_that_somebody_wrote(traced: Talk) -> None:
    trace, header = a_trace()
    await traced.publish(action("mirror", payload={"title": PRIVATE, "body": PRIVATE}))
    context = {"repo_id": PRIVATE, "branch": PRIVATE, "file_path": PRIVATE, "author": PRIVATE}
    signal = {"signal_id": PRIVATE, "event_type": PRIVATE, "payload": {"mail": PRIVATE}}

    await decide(traced, header, {"context": context, "signal": signal})

    spans = await spans_of(traced, trace)
    assert len(spans) == WHOLE
    assert PRIVATE not in repr(spans)
    assert traced.sub not in repr(spans)


async def test_who_asks_for_no_trace_leaves_none(traced: Talk) -> None:
    silent, unsampled = a_trace("00")
    refused, sampled = a_trace()
    last, header = a_trace()

    assert (await decide(traced, unsampled)).status_code == 200
    assert (await decide(traced, sampled, flaw="expired")).status_code == 401
    assert (await decide(traced, header)).status_code == 200

    assert len(await spans_of(traced, last)) == WHOLE
    assert await traced.otlp.spans(silent) == await traced.otlp.spans(refused) == ()
    (entry,) = await traced.fake("policy").journal(
        operation="POST /v1/policy/tenants/{tenant_id}/evaluate", traceparent=unsampled
    )
    assert str(entry.traceparent).startswith(f"00-{silent}-")
    assert str(entry.traceparent).endswith("-00")


async def test_a_decision_without_a_trace_begins_one(traced: Talk) -> None:
    await decide(traced, None)

    (asked,) = await traced.fake("governance").journal(tenant=traced.tenant)
    assert asked.traceparent is not None
    spans = await spans_of(traced, asked.traceparent.split("-")[1])
    assert spans["mmm.decide"].parent_span_id is None
    assert len(spans) == WHOLE


async def test_a_refusal_tells_its_kind_and_no_more(traced: Talk) -> None:
    trace, header = a_trace()
    down = {"kind": "status", "status": 503}
    script = await traced.fake("policy").script(match={"tenant": traced.tenant}, fault=down)

    refused = await decide(traced, header)
    await traced.fake("policy").heal(script)

    async def look() -> list[Span]:
        return list(await traced.otlp.spans(trace))

    spans = {span.name: span for span in await eventually(look, 3)}
    assert refused.status_code == 503
    assert set(spans) == {"mmm.decide", "context.build", "eris.receipt"}
    assert spans["context.build"].attributes == {"error.type": "PolicyUnknownError"}
    assert spans["mmm.decide"].attributes == {"error.type": "ApiError"}


SANE = f"00-{'a1' * 16}-{THEIRS}-01"


@pytest.mark.parametrize("given", [None, "", "x", f"00-{'0' * 32}-{THEIRS}-01", SANE.upper(), f"{SANE}-x"])
def test_without_a_sane_trace_one_begins(given: str | None) -> None:
    token = attach(Tracing(None).begun(given, decision=True))
    begun, sent = trace_id(), outbound()["traceparent"].split("-")
    detach(token)

    assert begun == sent[1]
    assert "a1" * 16 != begun != "0" * 32


def test_without_a_collector_the_callers_trace_is_passed_on_as_it_came() -> None:
    token = attach(Tracing(None).begun(SANE, decision=True))
    sent = outbound()
    detach(token)

    assert sent == {"traceparent": SANE}


def test_work_that_nobody_asked_for_has_a_trace_of_its_own() -> None:
    first, second = outbound()["traceparent"], outbound()["traceparent"]

    assert first.split("-")[1] != second.split("-")[1]
    assert trace_id() is None


@pytest.fixture(params=["hangs", "refuses", "is none"])
def bad_collector(request: pytest.FixtureRequest) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if request.param == "hangs":
            yield address
        else:
            listener.close()
            yield address if request.param == "refuses" else "nowhere"


def test_a_bad_collector_holds_nobody_up(bad_collector: str) -> None:
    tracing = Tracing(bad_collector)

    started = time.perf_counter()
    for _ in range(600):
        token = attach(tracing.begun(None, decision=True))
        with whole(get_current_span()), tracing.step("context.build"):
            assert trace_id() is not None
        detach(token)
    worked = time.perf_counter() - started
    tracing.close()

    assert worked < 2.0
    assert time.perf_counter() - started - worked < STOP_SECONDS + 1.0


async def test_an_engine_whose_collector_hangs_decides_and_stops(place: Place, work: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        collector = f"http://127.0.0.1:{listener.getsockname()[1]}"
        database = f"sqlite:///{work / uuid4().hex}.db"
        with running_engine(place, database, OTEL_EXPORTER_OTLP_ENDPOINT=collector) as engine:
            async with talking(engine, place) as talk:
                await talk.decided()
                (asked, _) = await asyncio.to_thread(listener.accept)
                await talk.decided()
            ended = await asyncio.to_thread(engine.process.stop, 8.0)
            asked.close()

            assert ended == 0  # to be killed after 8 s would show as such
