"""Whether an answer has the shape that the contract asks for, where an earlier one had not.

Rules: pure; the contract is that of today. A shape is kept only by an answer of the same kind (success,
refusal) that was checked: another kind does not show what was wrong.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from contracts.validation import check_response
from harness.corpus.again import class_of
from harness.fuzzing.choices import CHOICE_STATUSES, SERVERS_OWN

if TYPE_CHECKING:
    from harness.corpus.again import Again, Judged

MAY_CREATE = frozenset({"POST", "PUT"})
# Violations after which the rest of an answer is not looked at.
HIDING = ("status.", "path.", "method.")


def status_code(again: Again) -> Judged:
    """Judge whether the contract has such a status; what is a choice of the engine is neither."""
    created = again.status == HTTPStatus.CREATED and again.now.method in MAY_CREATE
    known = bool(again.status) and not _violated(again, HIDING)
    choice = again.status in CHOICE_STATUSES or again.status == HTTPStatus.SERVICE_UNAVAILABLE
    broken = bool(_violated(again, ("status.",))) and not choice and not created
    return again.judged(kept=(known or created) and again.heard and not again.unwelcome, broken=broken)


def content_type(again: Again) -> Judged:
    """Judge the media type."""
    return _shape(again, "content-type")


def schema(again: Again) -> Judged:
    """Judge the body; one of another media type was not read."""
    return _shape(again, "body.", hiding=("content-type",))


def headers(again: Again) -> Judged:
    """Judge the headers."""
    return _shape(again, "header.")


def _shape(again: Again, about: str, *, hiding: tuple[str, ...] = ()) -> Judged:
    if not again.status or _servers_own(again):
        return again.open()
    like_then = again.kind == class_of(again.then.status)
    kept = like_then and not _violated(again, (*HIDING, *hiding)) and not again.unwelcome
    return again.judged(kept=kept, broken=bool(_violated(again, (about,))))


def _violated(again: Again, about: tuple[str, ...]) -> list[str]:
    """Return by which rules that begin so the answer breaks the contract."""
    if not again.status:
        return []
    now = again.now
    found = check_response(
        again.document, now.method, again.path, again.status, now.answer_headers, now.answer
    )
    return [violation.rule for violation in found if violation.rule.startswith(about)]


def _servers_own(again: Again) -> bool:
    """Say whether the server answered by itself, never the application: that has no shape to keep."""
    media = next((value for name, value in again.now.answer_headers if name.lower() == "content-type"), "")
    return again.status in SERVERS_OWN and "json" not in media
