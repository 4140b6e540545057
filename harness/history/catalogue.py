"""Every check over a run's history, in the order in which they are told."""

from __future__ import annotations

from harness.history.checks import (
    canaries,
    counters,
    disabled,
    forbidden,
    ids,
    logs,
    quotas,
    receipts,
    traces,
)

CHECKS = tuple(
    module.CHECK for module in (receipts, ids, canaries, quotas, disabled, forbidden, counters, traces, logs)
)
