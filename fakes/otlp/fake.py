"""The collector's routes and state."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakes.http.answer import Answer, encode_json, json_answer
from fakes.otlp.json_form import from_json
from fakes.otlp.malformed import MalformedError
from fakes.records import Span, Spans
from fakes.shape.errors import ErrorShape, RefusedError, retry_after
from fakes.shape.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.http.request import Request
    from fakes.shape.call import Call, Handler
    from fakes.shape.identity import Key

_PROTOBUF = "application/x-protobuf"
_ENCODING = "content-encoding"
_PLAIN = frozenset({"", "identity"})
_UNPACKED_MAX = 33_554_432
_GZIP = 31
_MESSAGE_MAX = 127
_UNKNOWN = 2
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 429: 8, 500: 13, 503: 14}


class OtlpFake:
    """Keeps spans by trace; takes metrics and logs, and drops them."""

    name = "otlp"

    def __init__(self) -> None:
        self.errors: ErrorShape = _status
        self._traces: dict[str, list[Span]] = {}

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {"POST /v1/traces": self._keep, "POST /v1/metrics": _drop, "POST /v1/logs": _drop}

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return {"GET /__fake__/spans": self._read}

    def identify(self, call: Call) -> Identity:
        """Know a call by its headers: a batch of spans belongs to many."""
        return Identity.of_headers(call.request.headers)

    def unpack(self, request: Request) -> Request:
        """Return the request with a gzip body unpacked; one that cannot be is left, and refused later.

        What is unpacked is no longer encoded, and so is without that header.
        """
        if request.headers.get(_ENCODING, "").lower() != "gzip":
            return request
        unpacker = zlib.decompressobj(_GZIP)
        try:
            body = unpacker.decompress(request.body, _UNPACKED_MAX)
        except zlib.error:
            return request
        if not unpacker.eof:
            return request
        headers = {name: text for name, text in request.headers.items() if name != _ENCODING}
        return replace(request, headers=headers, body=body)

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget one trace, or all."""
        if not scope:
            self._traces.clear()
        for kind, value in scope:
            if kind == "traceparent" and len(scope) == 1:
                self._traces.pop(value, None)

    def _keep(self, call: Call) -> Answer:
        _require_plain(call)
        try:
            spans = _read_protobuf(call.request.body) if _is_protobuf(call) else from_json(call.request.body)
        except MalformedError as error:
            raise RefusedError(400, str(error)) from None
        for span in spans:
            self._traces.setdefault(span.trace_id, []).append(span)
        return _taken(call)

    def _read(self, call: Call) -> Answer:
        wanted = call.query.get("trace_id")
        traces = list(self._traces.values()) if wanted is None else [self._traces.get(wanted, [])]
        return json_answer(200, Spans(tuple(span for trace in traces for span in trace)))


def _read_protobuf(body: bytes) -> tuple[Span, ...]:
    from fakes.otlp.protobuf_form import from_protobuf  # noqa: PLC0415 -- its header says why

    return from_protobuf(body)


def _is_protobuf(call: Call) -> bool:
    return call.request.headers.get("content-type", "").partition(";")[0].strip().lower() == _PROTOBUF


def _require_plain(call: Call) -> None:
    if call.request.headers.get(_ENCODING, "").lower() not in _PLAIN:
        raise RefusedError(400, "the body is not whole gzip, and no other encoding is taken here")


def _drop(call: Call) -> Answer:
    _require_plain(call)
    return _taken(call)


def _taken(call: Call) -> Answer:
    return Answer(200, b"", (), _PROTOBUF) if _is_protobuf(call) else json_answer(200, {})


def _status(refused: RefusedError, call: Call) -> Answer:
    """Return a google.rpc.Status, in the form of the request."""
    code = _CODES.get(refused.status, _UNKNOWN)
    headers = retry_after(refused.status)
    if not _is_protobuf(call):
        return Answer(refused.status, encode_json({"code": code, "message": refused.message}), headers)
    message = refused.message.encode()[:_MESSAGE_MAX].decode(errors="ignore").encode()
    return Answer(refused.status, bytes((0x08, code, 0x12, len(message))) + message, headers, _PROTOBUF)
