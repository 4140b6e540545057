"""The trace collector: what the engine's spans say of a decision, and how they hang together.

Rule: spans come when the engine sends them, in batches; a trace is looked at once it is connected, or time
is up. What is looked at is the trace that was found connected: what comes later may hang on nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.control import OtlpControl
from harness.driving.dependencies.base import Dependency, eventually
from harness.driving.recorder import DEPENDENCY

if TYPE_CHECKING:
    from fakes.control import Span
    from harness.driving.names import Names

ARRIVES_WITHIN = 12.0


@dataclass(frozen=True)
class TraceContext:
    """A caller's trace, as its `traceparent` header names it."""

    trace_id: str
    span_id: str

    @property
    def header(self) -> str:
        """Return the header; the caller asks for the trace to be kept."""
        return f"00-{self.trace_id}-{self.span_id}-01"


@dataclass(frozen=True)
class Trace:
    """The spans of one trace that reached the collector."""

    context: TraceContext
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Return all that the spans say, to look for what must not be there."""
        return repr(self.spans)

    def named(self, name: str) -> list[Span]:
        """Return the spans of a name."""
        return [span for span in self.spans if span.name == name]

    def knows(self, span_id: str | None) -> bool:
        """Say whether an id is the caller's span or one of the trace's."""
        return span_id in {self.context.span_id, *(span.span_id for span in self.spans)}

    @property
    def loose(self) -> list[Span]:
        """Return the spans that hang on nothing: neither on the caller's nor on another of the trace."""
        return [span for span in self.spans if not self.knows(span.parent_span_id)]


class Otlp(Dependency):
    """The collector."""

    def asks(self, names: Names) -> TraceContext:
        """Return a trace of a caller's own, to be continued."""
        return TraceContext(names.uuid().replace("-", ""), names.uuid().replace("-", "")[:16])

    async def trace(self, context: TraceContext, *, until: str) -> Trace:
        """Wait for a connected trace with a span of this name in it; return what there is in the end."""
        control = self.control
        assert isinstance(control, OtlpControl)
        trace = Trace(context, ())

        async def whole() -> bool:
            nonlocal trace
            trace = Trace(context, await control.spans(context.trace_id))
            return bool(trace.named(until)) and not trace.loose

        await eventually(whole, ARRIVES_WITHIN)
        self._place.recorder.look(DEPENDENCY)
        return trace
