"""Whether a message keeps its contract.

Rule: pure functions of document and message; what cannot be read is a violation, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec

from contracts.compiled import Checks, Contents, Parameter, compile_document
from contracts.violations import Violation, escape, schema_violations

if TYPE_CHECKING:
    from jsonschema_rs import Validator

    from contracts.document import Document

__all__ = [
    "UNREADABLE",
    "Headers",
    "Violation",
    "body_schema",
    "check_answered",
    "check_received",
    "check_request",
    "check_response",
    "lower",
    "media_of",
    "read_json",
    "read_value",
]

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

UNREADABLE: Final = object()
"""What `read_json` returns for a body that is not JSON."""

_decode = msgspec.json.Decoder().decode


def check_request(  # noqa: PLR0917 - the parts of a request, in the order of the wire
    document: Document, method: str, path: str, query: str, headers: Headers, body: bytes
) -> list[Violation]:
    """Return how a request breaks the contract; empty when it keeps it.

    `path` is below the document's base and as on the wire (percent-encoded), `query` without its "?".
    """
    match = document.find(method, path)
    if match is None:
        return [_no_operation(document, method, path)]
    checks = compile_document(document)[match.operation.operation_id]
    return check_received(checks, match.path_params, query, lower(headers), body, read_json(body))


def check_received(  # noqa: PLR0917 - the parts of a request, in the order of the wire
    checks: Checks,
    path_params: Mapping[str, str],
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    value: object,
) -> list[Violation]:
    """Return the same of a request that was routed and read already, as a server needs it for itself, too.

    Header names are lower case; `value` is what `read_json` made of the body.
    """
    found = _check_head(checks, path_params, query, headers)
    if body and checks.body:
        found += _check_content(checks.body, headers.get("content-type"), value, checks.name)
    elif body:
        found.append(Violation("body.unexpected", checks.name, "/body", "this operation takes no body"))
    elif checks.body_required:
        found.append(Violation("body.missing", checks.name, "/body", "the body is missing"))
    return found


def body_schema(
    checks: Checks, path_params: Mapping[str, str], query: str, headers: Mapping[str, str]
) -> Validator | None:
    """Return what alone decides whether such a head and a JSON body keep the contract: the body's schema.

    None: the head breaks it, or such a body need be no JSON; `check_received` says more.
    """
    media, key = media_of(checks.body, headers.get("content-type"))
    if key is None or not media.endswith("json") or _check_head(checks, path_params, query, headers):
        return None
    return checks.body[key]


def _check_head(
    checks: Checks, path_params: Mapping[str, str], query: str, headers: Mapping[str, str]
) -> list[Violation]:
    if not (checks.parameters or query):
        return []
    arguments = parse_qsl(query, keep_blank_values=True) if query else []
    return list(_check_parameters(checks, path_params, arguments, headers))


def check_response(  # noqa: PLR0917 - the parts of an answer, in the order of the wire
    document: Document, method: str, path: str, status: int, headers: Headers, body: bytes
) -> list[Violation]:
    """Return how an answer to this method and path breaks the contract; empty when it keeps it."""
    match = document.find(method, path)
    if match is None:
        return [_no_operation(document, method, path)]
    checks = compile_document(document)[match.operation.operation_id]
    return check_answered(checks, status, lower(headers), body, read_json(body))


def check_answered(
    checks: Checks, status: int, headers: Mapping[str, str], body: bytes, value: object
) -> list[Violation]:
    """Return the same of an answer that was routed and read already, as `check_received` has it."""
    name = checks.name
    response = checks.response(status)
    if response is None:
        return [Violation("status.undocumented", name, "/status", f"status {status} is not documented")]
    found = [violation for header in response.headers for violation in _check_header(header, headers, name)]
    if response.contents and (body or not response.may_be_empty):
        found += _check_content(response.contents, headers.get("content-type"), value, name)
    return found


def _no_operation(document: Document, method: str, path: str) -> Violation:
    allowed = document.allowed_methods(path)
    if not allowed:
        return Violation("path.unknown", "", "/path", f"no such path: {path}")
    return Violation(
        "method.unknown", "", "/method", f"{method} is not one of {', '.join(allowed)} at {path}"
    )


def lower(headers: Headers) -> dict[str, str]:
    """Return the headers by lower-case name."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name.lower(): value for name, value in pairs}


def _check_parameters(
    checks: Checks,
    path_params: Mapping[str, str],
    query: list[tuple[str, str]],
    headers: Mapping[str, str],
) -> Iterator[Violation]:
    name = checks.name
    for parameter in checks.parameters:
        match parameter.part:
            case "path":
                yield from _check_value(parameter, path_params[parameter.name], name)
            case "query":
                yield from _check_query(
                    parameter, [value for key, value in query if key == parameter.name], name
                )
            case _:
                yield from _check_header(parameter, headers, name)
    if checks.closed_query and query:
        yield from _check_unknown_query(checks, query)


def _check_query(parameter: Parameter, values: list[str], operation: str) -> Iterator[Violation]:
    if parameter.required and not values:
        yield _missing(parameter, operation)
    for value in values:
        yield from _check_value(parameter, value, operation)


def _check_unknown_query(checks: Checks, query: list[tuple[str, str]]) -> Iterator[Violation]:
    documented = {parameter.name for parameter in checks.parameters if parameter.part == "query"}
    for name in dict.fromkeys(name for name, _ in query if name not in documented):
        yield Violation("query.unknown", checks.name, f"/query/{escape(name)}", f"{name!r} is not documented")


def _check_header(parameter: Parameter, headers: Mapping[str, str], operation: str) -> list[Violation]:
    value = headers.get(parameter.name)
    if value is None:
        return [_missing(parameter, operation)] if parameter.required else []
    return _check_value(parameter, value, operation)


def _missing(parameter: Parameter, operation: str) -> Violation:
    pointer = f"/{parameter.part}/{escape(parameter.name)}"
    return Violation(f"{parameter.part}.missing", operation, pointer, f"{parameter.name!r} is missing")


def _check_value(parameter: Parameter, text: str, operation: str) -> list[Violation]:
    if parameter.validator is None:
        return []
    value = read_value(text, parameter.types)
    at = f"/{escape(parameter.name)}"
    return schema_violations(parameter.validator, value, part=parameter.part, operation=operation, at=at)


def read_value(text: str, types: frozenset[str]) -> object:
    """Return the value that a parameter's text stands for: a number or boolean where one is wanted."""
    if types.isdisjoint(("integer", "number", "boolean")):
        return text
    try:
        return msgspec.json.decode(text, type=int | float | bool)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text


def _check_content(
    contents: Contents, content_type: str | None, value: object, operation: str
) -> list[Violation]:
    media, key = media_of(contents, content_type)
    if key is None:
        message = f"content type {media or 'none'} is not one of {', '.join(contents)}"
        return [Violation("content-type", operation, "/header/content-type", message)]
    validator = contents[key]
    if validator is None or not media.endswith("json"):
        return []
    if value is UNREADABLE:
        return [Violation("body.malformed", operation, "/body", "the body is not JSON")]
    return schema_violations(validator, value, part="body", operation=operation)


def media_of(contents: Mapping[str, object], content_type: str | None) -> tuple[str, str | None]:
    """Return the media type, and as what it is documented."""
    media = content_type or ""
    if media in contents:
        return media, media
    media = media.partition(";")[0].strip().lower()
    return media, _documented(contents, media)


def _documented(contents: Mapping[str, object], media: str) -> str | None:
    wanted = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((key for key in wanted if key in contents), None)


def read_json(body: bytes) -> object:
    """Return the JSON value that the body is, or `UNREADABLE`."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
