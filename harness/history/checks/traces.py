"""Every trace complete: a decision asked for in a caller's trace is one span there, and hangs together.

Looked at are the decisions whose callers brought a trace and asked for it to be kept: of others nobody but
the engine knows the trace's id. What lies between the caller's span and `mmm.decide`, and what its parts are
called, is the engine's choice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import DECIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fakes.control import Span
    from harness.history.calls import Call
    from harness.history.history import History

SPAN = "mmm.decide"
_CONTEXT = re.compile(r"00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-01")


def looks(history: History) -> Looked:
    """Count the decisions in callers' traces, and their spans."""
    if history.spans is None:
        return {}
    asked = traced(history)
    spans = sum(span.trace_id in asked for span in history.spans)
    return {"wire": sum(map(len, asked.values())), "dependency": spans} if asked else {}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every trace that is not whole."""
    by_trace: defaultdict[str, list[Span]] = defaultdict(list)
    for span in history.spans or ():
        by_trace[span.trace_id].append(span)
    for trace, calls in traced(history).items() if history.spans is not None else ():
        for what, detail in problems(calls, by_trace[trace]):
            yield Breach(what, f"trace {trace}: {detail}", calls[-1])


def traced(history: History) -> dict[str, list[Call]]:
    """Return the decisions of the shared world that were answered in callers' traces, by trace."""
    found: dict[str, list[Call]] = {}
    for party in history.shared:
        if party.doubts((DECIDE,)):
            continue
        for call in party.of((DECIDE,)):
            if call.decision is not None and (context := _CONTEXT.fullmatch(call.header("traceparent"))):
                found.setdefault(context["trace"], []).append(call)
    return found


def problems(calls: Sequence[Call], spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a trace in which these decisions were asked for."""
    # A batch whose acceptance got lost is sent again: a span that came twice is one.
    decided = len({span.span_id for span in spans if span.name == SPAN})
    if decided != len(calls):
        yield f"another number of {SPAN} than of decisions", f"{decided} for {len(calls)} decisions"
    contexts = (_CONTEXT.fullmatch(call.header("traceparent")) for call in calls)
    known = {span.span_id for span in spans} | {context["span"] for context in contexts if context}
    loose = {span.span_id: span.name for span in spans if span.parent_span_id not in known}
    if loose:
        yield "a trace in pieces", f"{', '.join(loose.values())} hang on nothing"


CHECK = Check(
    name="traces",
    title="Every decision in a caller's trace is one connected trace.",
    requirements=("OB-MMM-01", "FR-15"),
    looks=looks,
    breaches=breaches,
    counts=True,
)
