"""Traces (engine.md 9): the caller's is continued and passed on; a decision's spans go to a collector.

Rule: a span holds ids, counts and words of closed sets; never what somebody wrote, who it was, nor the text
of an exception. Whatever the collector does touches no request: a thread of its own sends the spans.
"""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

import requests
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracer,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

SERVICE = "mmm-engine"
DECISION = "mmm.decide"
SEND_MILLISECONDS = 1_000
STOP_SECONDS = 1.0
REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)
_PROPAGATOR = TraceContextTextMapPropagator()
_IDS = RandomIdGenerator()


class Collector:
    """Where spans are sent; in batches, by a thread, so that nobody waits for it."""

    def __init__(self, endpoint: str) -> None:
        session = requests.Session()
        session.trust_env = False  # as all our clients: no proxy between us and what we are told to call
        self._exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", session=session)
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: SERVICE}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(self._exporter, schedule_delay_millis=SEND_MILLISECONDS)
        )

    def tracer(self) -> Tracer:
        """Return what makes the spans."""
        return self._provider.get_tracer(SERVICE)

    def close(self) -> None:
        """Send what is left, within a second; a collector that hangs holds nobody up."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)
        if ending.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the library has no types there


class Tracing:
    """Makes the spans of decisions; without a collector, none: the caller's trace is passed on."""

    def __init__(self, endpoint: str | None) -> None:
        self._collector = Collector(endpoint) if endpoint else None
        self._tracer = self._collector.tracer() if self._collector else NoOpTracer()

    def begun(self, traceparent: str | None, *, decision: bool) -> Context:
        """Return the context of a request: the caller's trace, or a new one.

        A decision's span begins here, so that who asks is part of it; it is sent only if `whole` ends it.
        """
        context = _PROPAGATOR.extract({"traceparent": traceparent} if traceparent else {})
        if decision:
            span = self._tracer.start_span(DECISION, context, SpanKind.SERVER)
            context = set_span_in_context(span, context)
        return context if get_current_span(context).get_span_context().is_valid else _fresh()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Span]:
        """Do a part of the current span's work under a span of its own."""
        with whole(self._tracer.start_span(name)) as span:
            token = attach(set_span_in_context(span))
            try:
                yield span
            finally:
                detach(token)

    def close(self) -> None:
        """Let go of the collector."""
        if self._collector is not None:
            self._collector.close()


@contextlib.contextmanager
def whole(span: Span) -> Iterator[Span]:
    """End a span with what is done under it; of a failure it tells the kind alone."""
    try:
        yield span
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        span.end()


def trace_id() -> str | None:
    """Return the trace that the current work belongs to."""
    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


def outbound() -> dict[str, str]:
    """Return the header that carries the current trace to a dependency; nobody's work has one of its own."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    if not carrier:
        _PROPAGATOR.inject(carrier, _fresh())
    return carrier


def _fresh() -> Context:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    ids = SpanContext(_IDS.generate_trace_id(), _IDS.generate_span_id(), is_remote=False, trace_flags=sampled)
    return set_span_in_context(NonRecordingSpan(ids))
