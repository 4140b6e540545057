"""The traceability file and its page, as text.

Rule: pure functions; what was written by hand (`awaits`) is taken over as it is.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.traceability import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contracts.register import Requirement
    from harness.traceability.marks import Shown

HEADER = """\
# Which scenarios show which requirement of the register, and what a run cannot show yet.
# scenarios: written from the scenarios' own marks by `nox -s traceability`; a test says when that is due.
# awaits: written by hand; a kind of `shown` that no run shows yet, why, and what will bring it.
"""
PAGE = """\
# Traceability

Which scenarios show which requirement, and why a kind of evidence is still missing. The full list, scenario
by scenario, is `contracts/traceability.toml`; both are written by `nox -s traceability` from the scenarios'
own marks, and a test fails when they are stale. What a run really showed is in its pack
(`traceability.json`), each requirement with what it still awaits.

Checks that are no scenarios show requirements too: those of the contract, by `x-requirements` in
`contracts/openapi/engine.yaml`, the consumer contracts and the receipts.

| requirement | shown by | scenarios | awaits |
|---|---|---|---|
"""


def traced(register: Iterable[str], shown: Iterable[Shown], before: Mapping[str, Trace]) -> dict[str, Trace]:
    """Return every requirement of the register with the scenarios that name it."""
    scenarios = list(shown)
    return {
        identifier: replace(
            before.get(identifier, Trace()),
            scenarios=tuple(one.scenario for one in scenarios if identifier in one.requirements),
        )
        for identifier in register
    }


def as_toml(traces: Mapping[str, Trace]) -> str:
    """Return the file."""
    return HEADER + "".join("\n".join(_table(name, trace)) for name, trace in traces.items())


def _table(name: str, trace: Trace) -> Iterator[str]:
    yield f"\n[{name}]"
    yield "scenarios = [" + ("" if trace.scenarios else "]")
    if trace.scenarios:
        yield from (f"    {json.dumps(scenario)}," for scenario in trace.scenarios)
        yield "]"
    yield from (f"awaits.{kind} = {json.dumps(why)}" for kind, why in trace.awaits.items())
    yield ""


def as_page(register: Mapping[str, Requirement], traces: Mapping[str, Trace]) -> str:
    """Return the page: for each requirement its files, with the number of scenarios in each."""
    return PAGE + "".join(
        f"| {name} | {', '.join(register[name].shown)} | {_files(trace)} | {_awaits(trace)} |\n"
        for name, trace in traces.items()
    )


def _files(trace: Trace) -> str:
    counted = Counter(scenario.partition("::")[0] for scenario in trace.scenarios)
    return "<br>".join(f"{number} in `{file}`" for file, number in counted.items()) or "none"


def _awaits(trace: Trace) -> str:
    return "<br>".join(f"{kind}: {why}" for kind, why in trace.awaits.items())
