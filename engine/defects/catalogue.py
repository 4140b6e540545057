"""Every seeded defect, in one visible list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.defects.families import (
    absence,
    administered,
    approvals,
    back_doors,
    blocking,
    boundaries,
    caching,
    circuits,
    concurrency,
    crashes,
    degraded,
    delivery,
    honest_while_watched,
    identity,
    isolation,
    keeping,
    matching,
    metrics,
    privacy,
    ranking,
    receipt_contents,
    receipts,
    refusals,
    stumbling,
    texts,
    time,
    tokens,
    validation,
    witnesses,
)

if TYPE_CHECKING:
    from engine.defects.defect import Defect

CATALOGUE: tuple[Defect, ...] = (
    *absence.DEFECTS,
    *administered.DEFECTS,
    *approvals.DEFECTS,
    *back_doors.DEFECTS,
    *blocking.DEFECTS,
    *boundaries.DEFECTS,
    *caching.DEFECTS,
    *circuits.DEFECTS,
    *concurrency.DEFECTS,
    *crashes.DEFECTS,
    *degraded.DEFECTS,
    *delivery.DEFECTS,
    *honest_while_watched.DEFECTS,
    *identity.DEFECTS,
    *isolation.DEFECTS,
    *keeping.DEFECTS,
    *matching.DEFECTS,
    *metrics.DEFECTS,
    *privacy.DEFECTS,
    *ranking.DEFECTS,
    *receipt_contents.DEFECTS,
    *receipts.DEFECTS,
    *refusals.DEFECTS,
    *stumbling.DEFECTS,
    *texts.DEFECTS,
    *time.DEFECTS,
    *tokens.DEFECTS,
    *validation.DEFECTS,
    *witnesses.DEFECTS,
)


def by_id() -> dict[str, Defect]:
    """Return the defects by their names; a name used twice is an error."""
    found = {defect.id: defect for defect in CATALOGUE}
    if len(found) != len(CATALOGUE):
        raise ValueError("two defects have one name")
    return found
