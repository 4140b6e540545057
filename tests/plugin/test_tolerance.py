"""What engines may write and do in their own way is read all the same."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from fakes.control import ErisControl, OtlpControl, Span
from harness.driving.answers import Object
from harness.driving.dependencies import Eris, Otlp
from harness.driving.dependencies.base import Place
from harness.driving.engine import EngineClient
from harness.driving.failures import EngineBreachError, HungUpError, MalformedAnswerError, NoAnswerError
from harness.driving.metrics import metric_names, samples
from harness.driving.names import Names
from harness.driving.people import People, Wallet
from harness.driving.recorder import Recorder
from harness.driving.shapes import moment
from harness.worlds import World

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    "line",
    [
        'calls_total{tenant_id="a",kind="x"} 2',
        'calls_total{kind="x", tenant_id="a"} 2.0',
        'calls_total{kind="x",tenant_id="a",} 2e0 1700000000000',
        'calls_total{kind="x",tenant_id="a"} 2 # {trace_id="7"} 1.0',
    ],
    ids=["whole", "fraction", "time", "exemplar"],
)
def test_a_sample_is_read_however_it_is_written(line: str) -> None:
    (sample,) = samples(
        f'# TYPE calls_total counter\n{line}\ncalls_total_other{{tenant_id="a"}} 9', "calls_total"
    )

    assert sample.value == 2
    assert sample.labels == {"tenant_id": "a", "kind": "x"}


def test_a_label_may_hold_anything() -> None:
    (sample,) = samples('calls_total{tenant_id="a \\"b\\" }, c\\\\"} 1', "calls_total")

    assert sample.labels == {"tenant_id": 'a "b" }, c\\'}


def test_metrics_and_labels_are_found_by_name_and_what_they_are_about_is_not() -> None:
    text = '# HELP rank_of an actor_score\ncalls{actor_score="user_rank{x=1}",kind="a"} 2\nbare 1'

    assert metric_names(text) == {"calls", "actor_score", "kind", "bare"}


@pytest.mark.parametrize("value", ["many", "NaN", "+Inf", "1e999"])
def test_what_is_no_finite_number_is_the_engines_breach(value: str) -> None:
    with pytest.raises(MalformedAnswerError, match=r"calls_total is .* no finite number"):
        samples(f"calls_total {value}\nother 1", "calls_total")

    assert samples(f"other {value}", "calls_total") == []


def test_members_are_found_at_any_depth() -> None:
    found = Object({"change": {"before": None, "parts": [{"after": 1}]}}, "result").members

    assert {"change", "before", "parts", "after"} <= found


async def test_an_engine_may_close_an_idle_connection_when_it_likes() -> None:
    served: list[asyncio.Task[None] | None] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await reader.read(1)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    engine = _client(f"http://{host}:{port}")

    statuses = [(await engine.public("health")).status for _ in range(3)]

    await engine.aclose()
    await asyncio.gather(*filter(None, served))
    server.close()
    await server.wait_closed()
    assert statuses == [200, 200, 200]


def _client(origin: str) -> EngineClient:
    world = World(
        engine_urls=(origin,), base_path="", ready_path="/", work_dir="", run_dir="", profile="", seed=1
    )
    recorder = Recorder("scenario", lambda _: None)
    return EngineClient(world, People(Names(1, "scenario"), "tenant"), Wallet(None, recorder), recorder)


@pytest.mark.parametrize(
    ("served", "failure"),
    [(b"", HungUpError), (ANSWER[:-1], HungUpError), (None, NoAnswerError)],
    ids=["dropped", "cut", "left waiting"],
)
async def test_who_hangs_up_is_told_from_who_lets_wait(
    served: bytes | None, failure: type[NoAnswerError], monkeypatch: pytest.MonkeyPatch
) -> None:
    if served is None:
        monkeypatch.setattr("harness.driving.calling.ANSWER_WITHIN", 0.2)
    calls: list[asyncio.Task[None] | None] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        if served is None:
            await reader.read()  # until the caller has had enough
        else:
            writer.write(served)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        engine = _client(f"http://{host}:{port}")

        with pytest.raises(NoAnswerError) as raised:
            await engine.public("health")

        await engine.aclose()
        await asyncio.gather(*filter(None, calls))
    assert raised.type is failure


async def test_who_is_not_there_has_not_hung_up() -> None:
    with socket.socket() as bound:  # and not listening
        bound.bind(("127.0.0.1", 0))
        engine = _client(f"http://127.0.0.1:{bound.getsockname()[1]}")

        with pytest.raises(NoAnswerError) as raised:
            await engine.public("health")

        await engine.aclose()
    assert raised.type is NoAnswerError


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01t10:00:00z",
        "2026-03-01 10:00:00.000+00:00",
        "2026-02-28T23:00:00-11:00",
    ],
)
def test_a_moment_is_read_in_every_spelling(text: str) -> None:
    assert moment(text) == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-01T10:00:00", "2026-13-01T10:00:00Z", "yesterday", ""])
def test_what_is_no_moment_is_the_engines_breach(text: str) -> None:
    with pytest.raises(EngineBreachError, match="no "):
        moment(text)


async def test_where_no_key_of_the_engine_is_known_no_receipt_is_missed() -> None:
    recorder = Recorder("scenario", lambda _: None)
    place = Place(recorder, "tenant", exclusive=False, key_known=False)
    control = ErisControl("eris", "http://127.0.0.1:1")

    with pytest.raises(pytest.skip.Exception, match="signing_public_key"):
        await Eris("eris", control, place).receipt_of("decision")

    await control.aclose()


class Collector(OtlpControl):
    """A collector that a batch reaches each time that it was asked."""

    def __init__(self, *batches: Span) -> None:
        super().__init__("otlp", "http://nowhere")
        self._batches = batches
        self._asked = 0

    async def spans(self, trace_id: str | None = None) -> tuple[Span, ...]:
        self._asked += 1
        return tuple(span for span in self._batches[: self._asked] if span.trace_id == trace_id)


async def test_a_trace_is_looked_at_as_it_was_when_it_was_whole() -> None:
    place = Place(Recorder("scenario", lambda _: None), "tenant", exclusive=False)
    theirs = Otlp("otlp", None, place).asks(Names(7, "scenario"))

    def span(name: str, span_id: str, parent: str) -> Span:
        return Span(theirs.trace_id, span_id, parent, name, 0, 1, {}, {})

    batches = span("part", "b", "a"), span("mmm.decide", "a", theirs.span_id), span("early", "d", "c")
    collector = Collector(*batches)

    trace = await Otlp("otlp", collector, place).trace(theirs, until="mmm.decide")

    assert trace.spans == batches[:2]
    assert trace.loose == []
    await collector.aclose()
