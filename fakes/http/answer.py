"""What a fake says: a frozen answer, and its bytes on the wire.

Rule: nothing here knows sockets; the date is the caller's. An answer is a msgspec struct for the reasons that
a request is one.
"""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_JSON = "application/json"
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_PHRASES = {status.value: status.phrase for status in HTTPStatus}

encode_json = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Status, body and headers (names in any case; length, type and date are added)."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = _JSON

    @property
    def has_body(self) -> bool:
        """Say whether there is a body, and a status that lets it be sent."""
        return bool(self.body) and may_have_body(self.status)

    def with_header(self, name: str, value: str) -> Answer:
        """Return this answer with one header more."""
        return Answer(self.status, self.body, (*self.headers, (name, value)), self.content_type)

    def with_body(self, body: bytes) -> Answer:
        """Return this answer with another body."""
        return Answer(self.status, body, self.headers, self.content_type)

    def with_type(self, content_type: str) -> Answer:
        """Return this answer under another content type."""
        return Answer(self.status, self.body, self.headers, content_type)

    def with_default(self, name: str, value: str) -> Answer:
        """Return this answer with the header, unless it has one of that name."""
        if not self.headers:
            return Answer(self.status, self.body, ((name, value),), self.content_type)
        wanted = name.lower()
        if any(given.lower() == wanted for given, _ in self.headers):
            return self
        return self.with_header(name, value)


def may_have_body(status: int) -> bool:
    """Say whether HTTP lets an answer of this status have a body."""
    return status not in _BODILESS


def json_answer(status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Answer:  # noqa: ANN401 -- any JSON value
    """Return an answer whose body is `value` as JSON."""
    return Answer(status, encode_json(value), headers)


def to_bytes(answer: Answer, *, date: str, head: bool, keep_alive: bool) -> bytes:
    """Return the answer's bytes; for `head` the length of the body that is left out is told all the same."""
    body = answer.body
    start = head_to_bytes(answer, len(body), date=date, keep_alive=keep_alive)
    return start if head or answer.status in _BODILESS else start + body


def head_to_bytes(answer: Answer, length: int, *, date: str, keep_alive: bool) -> bytes:
    """Return the answer's status line and headers, which promise a body of that length."""
    text = _opening(answer.status, answer.content_type, length)
    for name, value in answer.headers:
        text += f"{name}: {value}\r\n"
    last = "" if keep_alive else "connection: close\r\n"
    return f"{text}date: {date}\r\n{last}\r\n".encode("latin-1")


@lru_cache(maxsize=1024)
def _opening(status: int, content_type: str | None, length: int) -> str:
    line = f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n"
    if status in _BODILESS:
        return line
    kind = "" if content_type is None else f"content-type: {content_type}\r\n"
    return f"{line}{kind}content-length: {length}\r\n"
