"""Metrics in Prometheus' text format, read as numbers: how an engine writes them is its choice.

A sample that is no finite number is the engine's breach, and no crash of ours.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.driving.failures import MalformedAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LABELS = r'(?:[^"}]|"(?:[^"\\]|\\.)*")*'
# After the value there may be a time, and in OpenMetrics an exemplar.
_SAMPLE = re.compile(rf"(?P<name>[A-Za-z_:][\w:]*)\s*(?:\{{(?P<labels>{_LABELS})\}})?\s+(?P<value>\S+)")
_LABEL = re.compile(r'(?P<name>[A-Za-z_]\w*)\s*=\s*"(?P<value>(?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")

# What Prometheus' own names say of a number; when a process began stays what it is.
GROWING = ("_total", "_count", "_sum", "_bucket", "_created", "process_start_time_seconds")
# Seconds that are added up in another order differ by less.
ROUNDED = 1e-6


@dataclass(frozen=True, slots=True)
class Sample:
    """One number, and what it is about."""

    name: str
    labels: Mapping[str, str]
    value: float


def samples(text: str, name: str) -> list[Sample]:
    """Return all samples of a metric, whatever the order of their labels and the spelling of their numbers.

    >>> samples('calls_total{b="x, }", a="1"} 2 1700000000000', "calls_total")
    [Sample(name='calls_total', labels={'b': 'x, }', 'a': '1'}, value=2.0)]
    """
    return [Sample(name, labels, _number(name, value)) for labels, value in written(text, name)]


def written(text: str, name: str) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the labels and the value of each sample of a metric, the value as it is written.

    >>> list(written('calls_total{a="1"} many', "calls_total"))
    [({'a': '1'}, 'many')]
    """
    for line in text.splitlines():
        one = _SAMPLE.match(line)
        if one is not None and one["name"] == name:
            yield _labels(one["labels"] or ""), one["value"]


def is_number(value: str) -> bool:
    """Tell whether a value, as it is written, is a finite number.

    >>> is_number("2.0"), is_number("NaN"), is_number("many")
    (True, False, False)
    """
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _number(name: str, value: str) -> float:
    if not is_number(value):
        raise MalformedAnswerError(f"{name} is {value[:40]!r}, which is no finite number")
    return float(value)


def fell(then: str, now: str) -> bool:
    """Tell whether a number that only ever grows in one process is less by now: two processes told them.

    >>> fell("calls_total 3", "calls_total 2"), fell("calls_total 2", "calls_total 3")
    (True, False)
    """
    before, after = _growing(then), _growing(now)
    return any(after.get(series, 0.0) < value - ROUNDED for series, value in before.items())


def _growing(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return what only grows, or stays what it is, over all that have the same name and labels."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for line in text.splitlines():
        one = _SAMPLE.match(line)
        if one is not None and one["name"].endswith(GROWING) and is_number(one["value"]):
            series = one["name"], frozenset(_labels(one["labels"] or "").items())
            found[series] = found.get(series, 0.0) + float(one["value"])
    return found


def metric_names(text: str) -> set[str]:
    r"""Return the names of all metrics that have a sample, and of their labels.

    >>> sorted(metric_names('# HELP calls_total calls of a_score\ncalls_total{of="b_score{c=1}"} 2'))
    ['calls_total', 'of']
    """
    found = [one for line in text.splitlines() if (one := _SAMPLE.match(line))]
    return {one["name"] for one in found} | {label for one in found for label in _labels(one["labels"] or "")}


def _labels(text: str) -> dict[str, str]:
    return {one["name"]: _ESCAPED.sub(_meant, one["value"]) for one in _LABEL.finditer(text)}


def _meant(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] == "n" else escaped[1]
