"""What is in a request: the conditions of a match, made ready once and asked of many requests.

Rules: pure; a condition that could never be asked is refused when it is made. Patterns are of the linear-time
kind (no look-around, no back-reference) and see 4,096 characters, so that no pattern can hang a fake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs
import msgspec

from fakes.records import Condition, Match, TextCondition
from fakes.shape.pointers import Pointer
from fakes.shape.redaction import redact_header, redact_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.shape.call import Call

ABSENT: Final = msgspec.UNSET
_LOOKED_AT = 4096
_PATTERNS = jsonschema_rs.RegexOptions(size_limit=1_000_000)

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One thing that is asked of one part of a request; a part that is not there is ABSENT."""

    name: str
    expected: Any
    part: Callable[[Call], Any]
    holds: Test

    def fits(self, call: Call) -> bool:
        """Say whether the request has what is asked for."""
        return self.holds(self.part(call))

    def shown(self, value: Any, token: str | None) -> Any:  # noqa: ANN401 -- any JSON value
        """Return what a request has there as a journal shows it."""
        return _redacted(self.name, value, token)


def matchers_of(match: Match) -> tuple[Matcher, ...]:
    """Return what a match asks of a request beyond whose it is; ValueError says what cannot be asked."""
    return tuple(_matchers(match))


def _matchers(match: Match) -> Iterator[Matcher]:
    if match.method is not None:
        yield Matcher("method", match.method, lambda call: call.request.method, match.method.__eq__)
    if match.path is not None:
        yield _matcher("path", match.path, lambda call: call.request.path)
    for name, condition in match.query.items():
        yield _matcher(f"query {name}", condition, _argument(name))
    for name, condition in match.headers.items():
        yield _matcher(f"header {name.lower()}", condition, _header(name.lower()))
    for pointer, asked in match.body.items():
        yield _matcher(f"body {pointer}".rstrip(), asked, _body(Pointer.parse(pointer)))
    if match.body_schema is not ABSENT:
        whole = _schema(match.body_schema, "body_schema")
        yield Matcher("body_schema", redact_json(match.body_schema, match.token), _body(Pointer(())), whole)


def _matcher(name: str, condition: Condition | TextCondition, part: Callable[[Call], Any]) -> Matcher:
    tests = tuple(_tests(condition, name))
    if not tests:
        raise ValueError(f"{name}: a condition says equals, matches, contains or present")
    if condition.present is False and len(tests) > 1:
        raise ValueError(f"{name}: what must be absent can be asked for nothing else")
    expected = {key: _redacted(name, value, None) for key, value in msgspec.to_builtins(condition).items()}
    return Matcher(name, expected, part, lambda value: all(holds(value) for holds in tests))


def redacted(match: Match) -> Match:
    """Return a match as it may be shown: without its token and its credentials."""
    told = redact_json(msgspec.to_builtins(match), match.token)
    for name, condition in told.get("headers", {}).items():
        shown = {key: _redacted(f"header {name.lower()}", value, None) for key, value in condition.items()}
        told["headers"][name] = shown
    return msgspec.convert(told, Match)


def _redacted(name: str, value: Any, token: str | None) -> Any:  # noqa: ANN401 -- any JSON value
    part, _, where = name.partition(" ")
    if part == "header" and isinstance(value, str):
        return redact_header(where, value, token)
    return value if value is ABSENT else redact_json(value, token, where)


# Where to look.


def _argument(name: str) -> Callable[[Call], Any]:
    return lambda call: call.query.get(name, ABSENT)


def _header(name: str) -> Callable[[Call], Any]:
    return lambda call: call.request.headers.get(name, ABSENT)


def _body(pointer: Pointer) -> Callable[[Call], Any]:
    def part(call: Call) -> Any:  # noqa: ANN401 -- any JSON value
        if call.body is None and call.request.body.strip() != b"null":
            return ABSENT  # there is no body, or it is not JSON
        return pointer.find(call.body, ABSENT)

    return part


# What to ask of what is there.


def _tests(condition: Condition | TextCondition, name: str) -> Iterator[Test]:
    if condition.equals is not ABSENT:
        yield _schema({"const": condition.equals}, name)
    if condition.matches is not ABSENT:
        yield _pattern(condition.matches, name)
    if condition.contains is not ABSENT:
        yield _containing(condition.contains, name)
    if condition.present is not ABSENT:
        yield _there if condition.present else _not_there


def _there(value: object) -> bool:
    return value is not ABSENT


def _not_there(value: object) -> bool:
    return value is ABSENT


def _pattern(pattern: str, name: str) -> Test:
    found = _schema({"pattern": pattern}, name)
    return lambda value: isinstance(value, str) and found(value[:_LOOKED_AT])


def _containing(wanted: Any, name: str) -> Test:  # noqa: ANN401 -- any JSON value
    has_equal = _schema({"contains": {"const": wanted}}, name)

    def holds(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
        if isinstance(value, str):
            return isinstance(wanted, str) and wanted in value
        return isinstance(value, list) and has_equal(value)

    return holds


def _schema(schema: dict[str, Any] | bool, name: str) -> Test:  # noqa: FBT001 -- a schema may be true or false
    try:
        validator = jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=_PATTERNS)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise ValueError(f"{name}: {first}") from None

    def holds(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
        try:
            return value is not ABSENT and validator.is_valid(value)
        except ValueError:  # a lone surrogate, or nested too deeply: nothing that could have been asked for
            return False

    return holds
