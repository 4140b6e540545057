"""Whether an answer breaks the rule that an earlier one broke, keeps it, or shows neither.

Rules: pure; a rule is judged by what it asks for, never by whether the answer is like the one of then.
*Passed* has a condition of its own, and what is neither broken nor kept is *not exercised*, with the reason.
A rule that is missing here is one whose breach the last answer does not show by itself.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.compiled import compile_document
from harness.corpus.again import REFUSED, SUCCESS, Again
from harness.corpus.shape import content_type, headers, schema, status_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from harness.corpus.again import Judged
    from harness.fuzzing.wire import Call
    from reports.record import Exchange

PREFIX = "contract:"
REFUSALS = frozenset({401, 403})
# What schemathesis takes for a refusal of a request that lacks a header.
WITHOUT_HEADER = frozenset({400, 401, 403, 406, 415, 422})
# A valid request may meet these: who asks, what is there, how it stands, too often.
NO_REFUSAL_OF_INPUT = frozenset({401, 403, 404, 405, 409, 429})
TOO_LARGE = frozenset({400, 431})
LARGE_TOKEN = 4096


def can_judge(rule: str) -> bool:
    """Say whether it is known what breaks a rule again."""
    return rule.startswith(PREFIX) and rule.removeprefix(PREFIX) in _JUDGES


def judge(rule: str, then: Exchange, now: Call, document: Document, base_path: str) -> Judged:
    """Say whether the answer of now breaks the rule that that of then broke, and why it shows nothing."""
    return _JUDGES[rule.removeprefix(PREFIX)](Again(then, now, document, base_path))


def _answers(again: Again) -> Judged:
    return again.judged(kept=again.heard, broken=not again.status)


def _server_error(again: Again) -> Judged:
    unready = again.status == HTTPStatus.SERVICE_UNAVAILABLE and _public(again)
    failing = again.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kept = again.heard and not again.unwelcome
    return again.judged(kept=kept, broken=failing and not unready)


def _public(again: Again) -> bool:
    """Say whether a 503 is how the operation says that it is not ready."""
    match = again.match
    if match is None or not match.operation.public:
        return False
    checks = compile_document(again.document)[match.operation.operation_id]
    return checks.response(HTTPStatus.SERVICE_UNAVAILABLE) is not None


def _positive(again: Again) -> Judged:
    refused = again.kind == REFUSED and again.status not in NO_REFUSAL_OF_INPUT
    return again.judged(kept=again.kind == SUCCESS, broken=refused)


def _negative(again: Again) -> Judged:
    """Judge a refusal: what is not found was refused only where the path is all that there is of input."""
    only_path = not again.now.body and not urlsplit(again.now.url).query
    unseen = {*REFUSALS, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS}
    if not only_path:
        unseen.add(HTTPStatus.NOT_FOUND)
    refused = again.kind == REFUSED and again.status not in unseen
    return again.judged(kept=refused, broken=again.kind == SUCCESS)


def _missing_header(again: Again) -> Judged:
    """Judge who shows no token by 401 alone; a thing of which the id was drawn may not be found first."""
    expected = {HTTPStatus.UNAUTHORIZED} if again.header("authorization") is None else WITHOUT_HEADER
    kept = again.status in expected and not again.unwelcome
    return again.judged(kept=kept, broken=again.heard and not (kept or again.astray or again.unwelcome))


def _unsupported_method(again: Again) -> Judged:
    unseen = again.status in {*REFUSALS, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, 0}
    allowed = any(name.lower() == "allow" and value for name, value in again.now.answer_headers)
    kept = again.status == HTTPStatus.METHOD_NOT_ALLOWED and allowed
    return again.judged(kept=kept, broken=not (kept or unseen or again.astray))


def _availability(again: Again) -> Judged:
    return again.judged(kept=again.kind == SUCCESS, broken=again.status == HTTPStatus.NOT_FOUND)


def _ignored_auth(again: Again) -> Judged:
    return again.judged(kept=again.status in REFUSALS, broken=again.kind == SUCCESS)


def _object_level(again: Again) -> Judged:
    hidden = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    return again.judged(kept=again.status in hidden, broken=again.kind == SUCCESS)


def _token(again: Again) -> Judged:
    """Judge who has no good token: 401. One that is very long may be too large for the server itself."""
    kept = again.status == HTTPStatus.UNAUTHORIZED
    large = again.status in TOO_LARGE and len(again.header("authorization") or "") > LARGE_TOKEN
    return again.judged(kept=kept, broken=again.heard and not kept and not large)


def _shut_out(again: Again) -> Judged:
    kept = again.status == HTTPStatus.FORBIDDEN
    return again.judged(kept=kept, broken=again.heard and not kept)


_JUDGES: dict[str, Callable[[Again], Judged]] = {
    "answers": _answers,
    "not_a_server_error": _server_error,
    "nasty_input": _server_error,
    "status_code_conformance": status_code,
    "content_type_conformance": content_type,
    "response_schema_conformance": schema,
    "response_headers_conformance": headers,
    "positive_data_acceptance": _positive,
    "negative_data_rejection": _negative,
    "missing_required_header": _missing_header,
    "unsupported_method": _unsupported_method,
    "ensure_resource_availability": _availability,
    "ignored_auth": _ignored_auth,
    "object_level_authorization": _object_level,
    "no_token": _token,
    "bad_token": _token,
    "wrong_scope": _shut_out,
    "wrong_role": _shut_out,
}
