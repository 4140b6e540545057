"""Latency plots as geometry: where each line, bar and label of an SVG goes. The template draws them.

Rule: nothing here knows colours or words beyond numbers and their units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.formats.latency import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH, HEIGHT = 460.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 448.0, 26.0, 226.0
_MOST_POINTS = 300
_BINS = 36
_CURVE_TICKS = (0.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram; `over` says that it lies beyond the objective."""

    x: float
    y: float
    width: float
    height: float
    over: bool
    title: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Latency by percentile: the rarer an answer, the more room it gets."""

    points: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    objective: float
    p95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many answers took how long."""

    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    objective: float
    p95: float


def curve(latencies: Sequence[float], objective: float) -> Curve:
    """Lay out the percentile curve."""
    ordered = sorted(latencies)
    count = len(ordered)
    step = nice_step(max(ordered[-1], objective) * 1.04, 5)
    top = math.ceil(max(ordered[-1], objective) * 1.04 / step) * step
    widest = math.log10(max(count, 2))

    def x(percent: float) -> float:
        return _place(min(math.log10(100 / max(100 - percent, 1e-9)), widest), widest, LEFT, RIGHT)

    def y(latency: float) -> float:
        return _place(latency, top, BOTTOM, TOP)

    points = ((x(100 * rank / count), y(ordered[rank])) for rank in _ranks(count))
    shown = [percent for percent in _CURVE_TICKS if percent <= 100 * (1 - 1 / max(count, 2))]
    return Curve(
        points=" ".join(f"{px:.1f},{py:.1f}" for px, py in points),
        x_ticks=tuple(Tick(round(x(percent), 1), f"{percent:g}") for percent in shown),
        y_ticks=_ticks(top, step, y),
        objective=round(y(objective), 1),
        p95=(round(x(95), 1), round(y(percentile(ordered, 95)), 1)),
    )


def histogram(latencies: Sequence[float], objective: float) -> Histogram:
    """Lay out the histogram."""
    widest = max(*latencies, objective) * 1.04
    width = nice_step(widest, _BINS)
    bins = math.ceil(widest / width)
    counts = [0] * bins
    for latency in latencies:
        counts[min(int(latency / width), bins - 1)] += 1
    step = max(nice_step(max(counts), 4), 1)
    top = math.ceil(max(counts) / step) * step

    def x(latency: float) -> float:
        return _place(latency, bins * width, LEFT, RIGHT)

    def y(count: float) -> float:
        return _place(count, top, BOTTOM, TOP)

    return Histogram(
        bars=tuple(
            Bar(
                x=round(x(at * width), 2),
                y=round(y(count), 2),
                width=round(x(width) - x(0) - 1, 2),
                height=round(BOTTOM - y(count), 2),
                over=at * width >= objective,
                title=f"{at * width:g} to {(at + 1) * width:g} ms: {count}",
            )
            for at, count in enumerate(counts)
            if count
        ),
        x_ticks=_ticks(bins * width, nice_step(bins * width, 6), x),
        y_ticks=_ticks(top, step, y),
        objective=round(x(objective), 1),
        p95=round(x(percentile(sorted(latencies), 95)), 1),
    )


def nice_step(span: float, most: int) -> float:
    """Return the smallest of …, 0.5, 1, 2, 5, 10, … that divides a span into at most `most` parts.

    >>> nice_step(430, 5), nice_step(7, 4), nice_step(0.9, 5)
    (100.0, 2.0, 0.2)
    """
    if span <= 0:
        return 1.0
    power = math.floor(math.log10(span / most))
    for digit, exponent in ((1, power), (2, power), (5, power), (1, power + 1)):
        step = digit * 10.0**exponent
        if span / step <= most:
            break
    return round(step, 9)


def _place(value: float, whole: float, begin: float, end: float) -> float:
    return begin + (end - begin) * value / whole


def _ticks(top: float, step: float, place: Callable[[float], float]) -> tuple[Tick, ...]:
    values = (step * number for number in range(int(top / step + 1e-9) + 1))
    return tuple(Tick(round(place(value), 1), f"{value:g}") for value in values)


def _ranks(count: int) -> list[int]:
    """Return the ranks to draw: all of a small sample; of a large one evenly fewer, and the whole tail."""
    every = max(count // _MOST_POINTS, 1)
    tail = max(count - _MOST_POINTS // 3, 0)
    return sorted({*range(0, count, every), *range(tail, count)})
