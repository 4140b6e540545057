"""The report for people: one file, offline, without a script; readable on a phone, in the dark and on paper.

Rule: what an engine said is text, never markup; Jinja escapes all of it.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.formats import plot
from reports.formats.coverage import coverage_of, percentage
from reports.formats.faults import NEVER_FIRED, delays_of, matrix, outcome_of
from reports.formats.latency import keeps_slo, percentile
from reports.formats.text import printable, shortened
from reports.record import Attribution, Exchange, Finding, LoadMeasured, Message, Persona, Status
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.formats.coverage import Excused
    from reports.record import FaultInjected, ScenarioFinished
    from reports.story import Story

_EXCERPT = 1500
_WHOLE_FROM = 10.0
_TELLING_HEADERS = frozenset(
    {"authorization", "content-type", "retry-after", "allow", "location", "x-request-id", "traceparent"}
)


def html(story: Story) -> str:
    """Return the page."""
    template = _environment().get_template("report.html.j2")
    return template.render(
        story=story,
        Status=Status,
        plot=plot,
        bands=matrix(story),
        coverage=coverage_of(story.events),
        loads=[_Lane.of(load) for load in story.loads],
        engine_findings=sum(each.attribution is Attribution.ENGINE for each in story.findings),
        longest=max((stage.seconds for stage in story.stages), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class _Lane:
    """One load measurement, ready to be drawn; the plots are None when nothing was answered."""

    load: LoadMeasured
    keeps: bool | None
    figures: tuple[tuple[str, float], ...]
    curve: plot.Curve | None
    histogram: plot.Histogram | None

    @classmethod
    def of(cls, load: LoadMeasured) -> _Lane:
        ordered = sorted(load.latencies_ms)
        if not ordered:
            return cls(load, None, (), None, None)
        figures = (
            *((f"p{each}", percentile(ordered, each)) for each in (50, 95, 99)),
            ("slowest", ordered[-1]),
        )
        objective = load.target_p95_ms
        return cls(
            load, keeps_slo(load), figures, plot.curve(ordered, objective), plot.histogram(ordered, objective)
        )


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reports.formats", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    made.filters |= {
        "moment": _moment,
        "ms": _milliseconds,
        "clock": _clock,
        "duration": _duration,
        "counted": _counted,
        "times": _times,
        "blows": _blows,
        "body": _body,
        "telling": _telling,
        "outcomes": _outcomes,
        "by_outcome": _by_outcome,
        "slug": _slug,
        "caller": _caller,
        "percentage": percentage,
        "by_reason": _by_reason,
        "breakable": _breakable,
    }
    made.globals |= {"exchanges_of": _exchanges_of, "outcome_of": outcome_of}
    return made


def _final(value: object) -> object:
    # Markup (an include, a macro) is a str too, but of a class of its own.
    return printable(value) if type(value) is str else value


def _moment(at: str) -> str:
    return instant(at).astimezone(UTC).strftime("%d %B %Y, %H:%M:%S UTC").lstrip("0")


def _clock(at: str) -> str:
    return instant(at).astimezone(UTC).strftime("%H:%M:%S.%f")[:-3]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _blows(fault: FaultInjected) -> str:
    """Say how often a fault struck and how long after it was armed."""
    delays = delays_of(fault)
    if not delays:
        return NEVER_FIRED
    after = f"{delays[0]:.3f} s" if len(delays) == 1 else f"{delays[0]:.3f} to {delays[-1]:.3f} s"
    return f"{_times(len(delays))}, {after} later"


def _milliseconds(value: float) -> str:
    return f"{value:.0f}" if value >= _WHOLE_FROM else f"{value:.1f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f} min {rest:.0f} s" if minutes else f"{rest:.2f} s"


def _body(message: Message) -> str:
    """Return a body to read: JSON laid out, anything long cut; the archive has it to the byte."""
    if message.encoding != "utf-8":
        return f"({len(message.body)} characters of {message.encoding})"
    try:
        laid_out = json.dumps(json.loads(message.body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        laid_out = message.body
    return shortened(laid_out, _EXCERPT)


def _telling(message: Message) -> list[tuple[str, str]]:
    return [(name, value) for name, value in message.headers if name.lower() in _TELLING_HEADERS]


def _outcomes(scenarios: Iterable[ScenarioFinished]) -> str:
    counted = Counter(each.outcome.replace("_", " ") for each in scenarios)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))


def _by_outcome(scenarios: Iterable[ScenarioFinished], *, passed: bool) -> list[ScenarioFinished]:
    return [each for each in scenarios if (each.outcome == "passed") is passed]


def _breakable(path: str) -> Markup:
    """Return a path that may be broken where its parts end."""
    return Markup("").join(
        Markup("{}<wbr>").format(part) for part in re.findall(r"[^/:]*(?:::|/|:)?", printable(path)) if part
    )


def _by_reason(excused: Iterable[Excused]) -> list[tuple[str, list[str]]]:
    """Return the points that need not be touched, by their reason."""
    held: dict[str, list[str]] = {}
    for each in excused:
        held.setdefault(each.reason, []).append(each.point)
    return list(held.items())


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _caller(persona: Persona) -> str:
    flaw = "a sound token" if persona.flaw is None else f"a token with a flaw ({persona.flaw})"
    roles = ", ".join(persona.roles) or "none"
    scope = " ".join(persona.scope) or "none"
    return f"{flaw} of {persona.sub}, {persona.tenant_id}; roles {roles}; scope {scope}; {persona.actor_type}"


def _exchanges_of(story: Story, finding: Finding) -> list[Exchange]:
    return [story.exchanges[name] for name in finding.exchanges if name in story.exchanges]
