"""Whether a call's attributes fit a rule's conditions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.eris.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.iam.access.question import Context, Question
    from fakes.iam.access.rules import Conditions


def fit(conditions: Conditions, question: Question) -> bool:
    """Say whether all of the conditions hold for this call."""
    given = question.subject.attributes
    for name, values in conditions.attributes.items():
        if name not in given or not _among(given[name], values):
            return False
    return all(_context_fits(conditions, question.context))


def _context_fits(conditions: Conditions, context: Context | None) -> Iterator[bool]:
    wanted = conditions
    if wanted.device_posture is not None:
        yield context is not None and context.device_posture in wanted.device_posture
    if wanted.location is not None:
        yield context is not None and context.location in wanted.location
    if wanted.min_risk_score is not None:
        yield context is not None and context.risk_score >= wanted.min_risk_score
    if wanted.max_risk_score is not None:
        yield context is not None and context.risk_score <= wanted.max_risk_score
    if wanted.after is not None:
        yield context is not None and moment(context.time) >= moment(wanted.after)
    if wanted.before is not None:
        yield context is not None and moment(context.time) < moment(wanted.before)


def _among(value: Any, values: tuple[Any, ...]) -> bool:  # noqa: ANN401 -- any JSON value
    """Say whether a JSON value is one of these; to Python true is 1, to JSON it is not."""
    return _written(value) in map(_written, values)


def _written(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    return json.dumps(value, sort_keys=True)
