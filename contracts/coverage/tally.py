"""The points that exchanges have touched, exchange by exchange.

Rules: an answer's points are touched when it keeps the contract, a request's when it keeps the contract and
was answered 2xx, an operation's own when both are so. Points are only ever added.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from contracts.coverage.operations import Argument, Operation, operations
from contracts.coverage.walk import touch
from contracts.validation import check_answered, check_received, lower, media_of, read_json, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.coverage.operations import Body
    from contracts.document import Document
    from contracts.validation import Headers

SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A request and its answer as they were on the wire; `path` is below the document's base."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    status: int
    answer_headers: Headers = ()
    answer: bytes = b""


@dataclass(slots=True)
class Tally:
    """What was touched of one document."""

    document: Document
    points: set[str] = field(default_factory=set)

    def take(self, exchanged: Exchanged) -> None:
        """Add what one exchange touches."""
        match = self.document.find(exchanged.method, exchanged.path)
        if match is None:
            return
        operation = operations(self.document)[match.operation.operation_id]
        answered = self._take_answer(operation, exchanged)
        if exchanged.status in SUCCESS and not operation.request_points.keys() <= self.points:
            self._take_request(operation, match.path_params, exchanged, answered=answered)

    def _take_answer(self, operation: Operation, exchanged: Exchanged) -> bool:
        """Take the answer; tell whether it keeps the contract."""
        key = operation.checks.key_of(exchanged.status)
        if key is None:
            return False
        answer = operation.answers[key]
        if answer.names <= self.points and operation.point in self.points:
            return False  # nothing here is new, whatever it is
        headers, value = lower(exchanged.answer_headers), read_json(exchanged.answer)
        if check_answered(operation.checks, exchanged.status, headers, exchanged.answer, value):
            return False
        self.points.add(answer.point)
        _, media = media_of(answer.places, headers.get("content-type"))
        if media is not None and exchanged.answer:
            touch(answer.places[media], value, self.points)
        return True

    def _take_request(
        self, operation: Operation, path: Mapping[str, str], exchanged: Exchanged, *, answered: bool
    ) -> None:
        headers, value = lower(exchanged.headers), read_json(exchanged.body)
        if check_received(operation.checks, path, exchanged.query, headers, exchanged.body, value):
            return
        if answered:
            self.points.add(operation.point)
        arguments = parse_qsl(exchanged.query, keep_blank_values=True)
        for argument in operation.arguments:
            self._take_argument(argument, list(_texts(argument, path, arguments, headers)))
        self._take_body(operation.body, headers.get("content-type"), exchanged.body, value)

    def _take_argument(self, argument: Argument, texts: list[str]) -> None:
        if texts:
            self.points.add(argument.given)
        elif argument.absent is not None:
            self.points.add(argument.absent)
        for text in texts:
            touch(argument.place, read_value(text, argument.parameter.types), self.points)

    def _take_body(self, body: Body, content_type: str | None, sent: bytes, value: object) -> None:
        presence = body.given if sent else body.absent
        if presence is not None:
            self.points.add(presence)
        _, media = media_of(body.places, content_type)
        if media is not None and sent:
            touch(body.places[media], value, self.points)


def _texts(
    argument: Argument, path: Mapping[str, str], query: list[tuple[str, str]], headers: Mapping[str, str]
) -> Iterator[str]:
    """Yield what was given for a parameter."""
    name, part = argument.parameter.name, argument.parameter.part
    if part == "query":
        yield from (value for key, value in query if key == name)
    elif (given := (path if part == "path" else headers).get(name)) is not None:
        yield given
