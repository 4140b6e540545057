"""Whether an answer breaks the rule that an earlier one broke.

Rule: pure. A rule about who gets in or what is accepted is broken again by an answer of the same class
(success, refusal, server error, none); a rule about the answer's shape by a violation of the same kind.
Of our own checks those are judged whose breach is the answer's status; that of the others is in what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.validation import check_response
from harness.fuzzing.mapping import CHECKS

if TYPE_CHECKING:
    from contracts.document import Document
    from harness.fuzzing.wire import Call
    from reports.record import Exchange

PREFIX = "contract:"
# Which violations of contracts.validation a rule is about, by how they begin.
SHAPES = {
    "status_code_conformance": ("status.",),
    "content_type_conformance": ("content-type",),
    "response_schema_conformance": ("body.",),
    "response_headers_conformance": ("header.",),
}
# Our own: a server error or no answer stays what it was; who is let in, or turned away in the wrong way.
OWN_CLASS = frozenset({"answers", "nasty_input"})
OWN_STATUS = frozenset({"no_token", "bad_token", "wrong_scope", "wrong_role"})


def can_judge(rule: str) -> bool:
    """Say whether it is known what breaks a rule again."""
    name = rule.removeprefix(PREFIX)
    return rule.startswith(PREFIX) and (name in CHECKS or name in OWN_CLASS or name in OWN_STATUS)


def class_of(status: int | None) -> int:
    """Return what kind of answer a status is: its first digit, 0 for none.

    >>> class_of(404), class_of(None)
    (4, 0)
    """
    return (status or 0) // 100


def broken_again(rule: str, then: Exchange, now: Call, document: Document, base_path: str) -> bool:
    """Say whether the answer of now breaks the rule that the answer of then broke."""
    if rule.removeprefix(PREFIX) in OWN_STATUS:
        return then.status == now.status
    shape = SHAPES.get(rule.removeprefix(PREFIX))
    if shape is None or now.status is None:
        return class_of(then.status) == class_of(now.status)
    path = urlsplit(now.url).path.removeprefix(base_path)
    found = check_response(document, now.method, path, now.status, now.answer_headers, now.answer)
    return any(violation.rule.startswith(shape) for violation in found)
