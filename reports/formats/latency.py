"""Latencies in numbers: nearest-rank percentiles, so that each figure is one that was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reports.formats.text import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.record import LoadMeasured

PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the sorted values do not exceed.

    >>> percentile([10, 20, 30, 40], 50), percentile([10, 20, 30, 40], 95), percentile([7], 99)
    (20, 40, 7)
    """
    # The rounding keeps 95 % of 20 at the 19th value, whatever binary fractions make of 0.95 * 20.
    rank = math.ceil(round(len(ordered) * percent / 100, 9))
    return ordered[max(rank, 1) - 1]


def keeps_slo(load: LoadMeasured) -> bool | None:
    """Say whether p95 keeps its objective; None when nothing was answered."""
    if not load.latencies_ms:
        return None
    return percentile(sorted(load.latencies_ms), 95) <= load.target_p95_ms


def load_summary(load: LoadMeasured) -> str:
    """Return one measurement as JSON, raw latencies included."""
    ordered = sorted(load.latencies_ms)
    figures: dict[str, Any] = {
        f"p{percent:g}_ms": percentile(ordered, percent) for percent in PERCENTILES if ordered
    }
    return to_json(
        {
            "lane": load.lane,
            "target_p95_ms": load.target_p95_ms,
            "smoke": load.smoke,
            "seconds": load.seconds,
            "offered_per_minute": load.offered_per_minute,
            "answers": len(ordered),
            "failures": load.failures,
            "percentiles": figures,
            "method": "nearest rank",
            "latencies_ms": list(load.latencies_ms),
        }
    )
