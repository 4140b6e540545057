"""Which failures of schemathesis' checks are choices of the engine (engine.md, 4), and so no findings.

Rule: a failure is dropped only for a reason that can be shown; how often each was used is said at the end.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from schemathesis.core import NOT_SET
from schemathesis.core.failures import (
    AcceptedNegativeData,
    ContentTypeServerError,
    Failure,
    MalformedJson,
    ServerError,
)
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import (
    JsonSchemaError,
    MissingContentType,
    MissingHeaders,
    RejectedPositiveData,
    UndefinedContentType,
    UndefinedStatusCode,
)

from contracts.compiled import Checks, compile_document
from harness.fuzzing.choices import (
    CHOICE_STATUSES,
    backwards,
    declared_members,
    respelled,
    servers_own,
    unusual,
    unusual_text,
)
from harness.fuzzing.lenient import leniently_valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemathesis.core.transport import Response

    from contracts.compiled import Parameter
    from contracts.document import Document
    from harness.fuzzing.schema import AnyCase

OK, CREATED, UNAVAILABLE = 200, 201, 503
MAY_CREATE = frozenset({"POST", "PUT"})
SECOND_CHANCES = 2
ANY = ""
ASTRAY = frozenset({301, 302, 303, 307, 308, 404, 405})
TOO_MUCH = frozenset({413, 414, 415, 431})
IGNORED_PARTS = frozenset({ParameterLocation.HEADER, ParameterLocation.COOKIE})
PERIOD = ("start_date", "end_date")
PAGING = frozenset({"limit", "offset"})
# engine.md names no range: a page of this many, this far in, is what every engine must give.
SURE_PAGE = {"limit": 20, "offset": 1000}


class Tolerance:
    """Decides for one run; knows the contract as written and what each operation last answered well."""

    def __init__(self, document: Document, timeout: float) -> None:
        self._raw = document.raw
        self._checks = {checks.operation.name: checks for checks in compile_document(document).values()}
        self._declared = {name: self._members(checks) for name, checks in self._checks.items()}
        self._timeout = timeout
        self._answered: dict[str, requests.PreparedRequest] = {}
        self.used: Counter[tuple[str, str]] = Counter()
        self.dropped: dict[str, set[str]] = {}

    def note(self, case: AnyCase, response: Response) -> None:
        """Remember a request that was answered, to tell a bad input from an engine that is down."""
        if response.status_code != UNAVAILABLE:
            self._answered[case.operation.label] = self._answered[ANY] = response.request

    def keep(self, failure: Failure, case: AnyCase, response: Response) -> bool:
        """Return whether a failure is a finding; remember why when it is not."""
        reason = self.reason(failure, case, response)
        if reason is None:
            return True
        self.used[case.operation.label, reason] += 1
        self.dropped.setdefault(case.id, set()).update(failure.checks)
        return False

    def reason(self, failure: Failure, case: AnyCase, response: Response) -> str | None:
        """Say which choice excuses this failure; None if none does."""
        match failure:
            case UndefinedStatusCode():
                return self._status(case, response)
            case (
                UndefinedContentType()
                | MissingContentType()
                | MalformedJson()
                | MissingHeaders()
                | JsonSchemaError()
            ):
                return _servers_own(response) or self._silence(failure, case, response)
            case RejectedPositiveData():
                return self._refusal(case, response)
            case AcceptedNegativeData():
                return self._acceptance(case, response)
            case ServerError() | ContentTypeServerError() if response.status_code == UNAVAILABLE:
                return self._unavailable(case, response)
            case _:
                return None

    def _status(self, case: AnyCase, response: Response) -> str | None:
        status = response.status_code
        if status in CHOICE_STATUSES:
            return f"{status} is a choice"
        if status == CREATED and case.method in MAY_CREATE:
            return "201 for a creation"
        if status == UNAVAILABLE:
            return "503 is judged as a server error"
        astray = status in ASTRAY and _negated(case, ParameterLocation.PATH)
        return "the path leads elsewhere" if astray else None

    def _silence(self, failure: Failure, case: AnyCase, response: Response) -> str | None:
        if not isinstance(failure, MissingContentType | MalformedJson):
            return None
        checks = self._checks.get(case.operation.label)
        documented = checks.response(response.status_code) if checks else None
        empty = not response.content and documented is not None and documented.may_be_empty
        return "nothing said where nothing need be" if empty else None

    def _refusal(self, case: AnyCase, response: Response) -> str | None:
        if response.status_code in TOO_MUCH:
            return f"{response.status_code} is a choice"
        if b"SECRET_DETECTED" in response.content:
            return "taken for a credential"
        if _far_page(case.query or {}):
            return "a page larger, or further in, than every engine must give"
        declared = self._declared.get(case.operation.label, frozenset())
        texts = (*(case.query or {}).values(), *(case.path_parameters or {}).values())
        if ends_first := backwards(*(str((case.query or {}).get(name, "")) for name in PERIOD)):
            return ends_first
        excuse = next((why for text in texts if isinstance(text, str) and (why := unusual_text(text))), None)
        excuse = excuse or (None if case.body is NOT_SET else unusual(case.body, declared))
        return excuse or self._other_form(case.query or {}, response)

    def _other_form(self, query: Mapping[str, object], response: Response) -> str | None:
        """Excuse the refusal of days where moments are read, and of moments where days are."""
        period = {name: str(query[name]) for name in PERIOD if name in query}
        if not period:
            return None
        answers = [self._send(_with_query(response.request, form)) for form in respelled(period)]
        read = [answer for answer in answers if answer == OK]
        return "days alone, or moments alone, are read" if len(read) == 1 else None

    def _acceptance(self, case: AnyCase, response: Response) -> str | None:
        wrong = [part for part in ParameterLocation if _negated(case, part) and part not in IGNORED_PARTS]
        if not wrong:
            return "a header that the contract does not need"
        checks = self._checks.get(case.operation.label)
        if checks is None or not all(self._readable(part, checks, case, response) for part in wrong):
            return None
        return "read leniently: unknown members, nulls, numbers and booleans in strings"

    def _readable(self, part: ParameterLocation, checks: Checks, case: AnyCase, response: Response) -> bool:
        if part is ParameterLocation.BODY:
            validator = checks.body.get(str(case.media_type).lower())
            # Bytes are no JSON: they stand for a body that cannot be parsed.
            parses = case.body is not NOT_SET and not isinstance(case.body, bytes)
            return parses and validator is not None and leniently_valid(validator, case.body)
        return part is ParameterLocation.QUERY and _query_readable(checks, str(response.request.url))

    def _unavailable(self, case: AnyCase, response: Response) -> str | None:
        """Excuse a 503, unless this request gets it again and again and another one does not."""
        checks = self._checks.get(case.operation.label)
        if checks is not None and checks.operation.public and checks.response(UNAVAILABLE) is not None:
            return "503 is how it says that it is not ready"
        if any(self._send(response.request) != UNAVAILABLE for _ in range(SECOND_CHANCES)):
            return "503 that passed: a dependency was slow"
        control = self._answered.get(case.operation.label, self._answered.get(ANY))
        if control is not None and self._send(control) == UNAVAILABLE:
            return "503 for everything: a dependency is down"
        return None

    def _send(self, request: requests.PreparedRequest) -> int | None:
        with requests.Session() as session:
            try:
                return session.send(request, timeout=self._timeout).status_code
            except requests.RequestException:
                return None

    def _members(self, checks: Checks) -> frozenset[str]:
        node: Any = self._raw["paths"][checks.operation.template][checks.operation.method.lower()]
        return declared_members(self._raw, node.get("requestBody", {}))


def _with_query(request: requests.PreparedRequest, members: Mapping[str, str]) -> requests.PreparedRequest:
    """Return the same request with other values for some members of its query."""
    other = request.copy()
    parts = urlsplit(str(request.url))
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **members}
    other.url = urlunsplit(parts._replace(query=urlencode(query)))
    return other


def _negated(case: AnyCase, part: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(part)


def _servers_own(response: Response) -> str | None:
    content_type = ",".join(response.headers.get("content-type", ()))
    own = servers_own(response.status_code, content_type, response.headers)
    return "the server's own answer, never the application's" if own else None


def _query_readable(checks: Checks, url: str) -> bool:
    """Return whether a sensible engine may read this query: repeated, empty, unknown or clamped values."""
    sent = parse_qs(urlsplit(url).query, keep_blank_values=True)
    return all(
        not parameter.required
        if parameter.name not in sent
        else _text_readable(parameter, sent[parameter.name])
        for parameter in checks.parameters
        if parameter.part == "query"
    )


def _text_readable(parameter: Parameter, texts: list[str]) -> bool:
    if len(texts) != 1 or texts == [""] or parameter.validator is None:
        return True
    if parameter.name in PAGING:
        return texts[0].strip().lstrip("+-").isdigit()
    return parameter.validator.is_valid(texts[0]) or leniently_valid(parameter.validator, texts[0])


def _far_page(query: Mapping[str, object]) -> bool:
    return any(isinstance(value := query.get(name), int) and value > most for name, most in SURE_PAGE.items())
