"""Traces (engine.md 9): the caller's is continued and passed on; a decision's spans go to a collector.

Rule: a span holds ids, counts and words of closed sets; never what somebody wrote, who it was, nor the text
of an exception. Whatever the collector does touches no request: a thread of its own sends the spans.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry.context import attach, detach
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
    from opentelemetry.trace import Span

    from engine.observe.collector import Collector

SERVICE = "mmm-engine"
DECISION = "mmm.decide"
REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)
_PROPAGATOR = TraceContextTextMapPropagator()
_IDS = RandomIdGenerator()


class Tracing:
    """Makes the spans of decisions; without a collector, none: the caller's trace is passed on."""

    def __init__(self, endpoint: str | None) -> None:
        self._collector = _collector(endpoint) if endpoint else None
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


def _collector(endpoint: str) -> Collector:
    from engine.observe.collector import Collector  # noqa: PLC0415 -- a tenth of a start's imports

    return Collector(endpoint, SERVICE)


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
