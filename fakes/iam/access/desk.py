"""Where decisions are made: bundles and grants around the pure decision, by the fake's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from fakes.iam.access.bundles import PolicyBundles
from fakes.iam.access.decision import decide
from fakes.iam.access.grants import Grants
from fakes.iam.access.question import Question
from fakes.iam.access.rules import Bundle
from fakes.shape.clock import rfc3339
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from fakes.iam.access.question import Subject
    from fakes.shape.identity import Key

LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


class Desk:
    """Takes bundles and answers questions; what was granted to one is nothing to another."""

    def __init__(self) -> None:
        self._bundles = PolicyBundles()
        self._grants = Grants()

    def put(self, key: str, body: Any, now: float, trace: str | None) -> int:  # noqa: ANN401 -- any JSON value
        """Apply a bundle; return its revision."""
        bundle = _read(body, Bundle)
        return self._bundles.apply(key, body, bundle, now, trace)

    def answer(self, body: Any, now: float, trace: str | None) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
        """Return the body of /decision's answer."""
        question = _read(body, Question)
        subject = question.subject
        elevated = self._grants.cover(subject.sub, subject.tenant, question.action, now)
        made = decide(question, self._bundles.in_force(now, trace), elevated=elevated)
        answer = {"decision": made.decision, "reason": made.reason, "receipt_id": str(uuid4())}
        if made.lasts is None or question.elevation is None:
            return answer
        return {**answer, "expires_at": self._grant(subject, question.elevation.scope, now + made.lasts)}

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget everything, or the grants of a sub and tenant, or the bundles of a trace."""
        kinds = dict(scope)
        if not scope:
            self._bundles.clear()
            self._grants.clear()
        elif kinds.keys() <= {"sub", "tenant"}:
            self._grants.forget(sub=kinds.get("sub"), tenant=kinds.get("tenant"))
        elif kinds.keys() == {"traceparent"}:
            self._bundles.forget(kinds["traceparent"])

    def _grant(self, subject: Subject, scope: tuple[str, ...], ends: float) -> str:
        """Grant until then, or until the last second that RFC 3339 can tell."""
        ends = min(ends, LAST)
        self._grants.add(subject.sub, subject.tenant, scope, ends)
        return rfc3339(ends)


def _read(body: Any, wanted: type[msgspec.Struct]) -> Any:  # noqa: ANN401 -- a JSON value in, the record out
    """Return the body as a record; it has kept the contract, but for what a schema cannot say."""
    try:
        return msgspec.convert(body, wanted)
    except msgspec.ValidationError as error:
        raise RefusedError(400, str(error)) from None
