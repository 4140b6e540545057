"""What must hold of every answer, whatever was asked: headers, the error model, no token, no endless wait.

Rule: pure functions of one exchange; None is "holds", a text says what does not; SKIP: it is about others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.resources import openapi_uri, registry
from contracts.violations import compile_schema, schema_violations
from harness.fuzzing.choices import servers_own
from harness.fuzzing.reading import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import jsonschema_rs

    from contracts.document import Document
    from contracts.routing import Operation
    from harness.fuzzing.wire import Call

SKIP: Final = ""
Problem = str | None
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
}
STACK_TRACES = (
    "Traceback (most",
    'File "',
    "\tat java.",
    " at org.",
    "node_modules/",
    "goroutine ",
    "asyncpg.",
)
SLOWEST = 5.0
SHORTEST_TOKEN = 24
ERROR = 400
UNAVAILABLE = 503


class Watch:
    """Looks at answers of one contract."""

    def __init__(self, document: Document) -> None:
        self._error = _error_schema(document)

    def checks(
        self, operation: Operation, token: str | None, *, may_be_cut: bool = False
    ) -> Mapping[str, Callable[[Call], Problem]]:
        """Return what is looked at in an answer of an operation to a caller with this token.

        Whoever answers what a server may hang up on `may_be_cut` need not know our headers and error model.
        """
        silent = {"secret_echoed": lambda call: no_token_of(call, token)}
        if may_be_cut:
            return silent
        return {
            "security_headers": security_headers,
            "error_model": lambda call: self.error_model(call, operation),
            **silent,
        }

    def error_model(self, call: Call, operation: Operation) -> Problem:
        """Say how a refusal is not of the one shape that all have (engine.md 4)."""
        if call.status is None or call.status < ERROR or call.method == "HEAD" or of_the_server(call):
            return SKIP
        if operation.public and call.status == UNAVAILABLE:
            return SKIP  # its own way to say that it is not ready
        if trace := next((trace for trace in STACK_TRACES if trace.encode() in call.answer), ""):
            return f"shows a stack trace ({trace.strip()} …)"
        return self._misshapen(call)

    def _misshapen(self, call: Call) -> Problem:
        try:
            error = read_json(call.answer)
        except ValueError:
            return "is no JSON"
        if not header_of(call, "content-type").lower().startswith("application/json"):
            return "is not called application/json"
        wrong = schema_violations(self._error, error, part="body", operation="") if self._error else []
        if wrong:
            return f"{wrong[0].pointer}: {wrong[0].message}"
        told, header = error["error"]["request_id"], header_of(call, "x-request-id")
        return None if told == header else "names another request_id than its header"


def security_headers(call: Call) -> Problem:
    """Say which header an answer lacks that every answer has (engine.md 4)."""
    if call.status is None or of_the_server(call):
        return SKIP
    wrong = [name for name, value in SECURITY.items() if header_of(call, name) != value]
    wrong += [] if header_of(call, "x-request-id") else ["x-request-id"]
    return f"without {', '.join(wrong)} as every answer has them" if wrong else None


def no_token_of(call: Call, token: str | None) -> Problem:
    """Say that an answer repeats the caller's token, or its signature."""
    last = (token or "").rpartition(".")[2]
    if call.status is None or len(last) < SHORTEST_TOKEN:
        return SKIP
    return "repeats the caller's token" if last in everything_said(call) else None


def of_the_server(call: Call) -> bool:
    """Tell whether the application may never have made this answer *(choice)*."""
    names = (name for name, _ in call.answer_headers)
    return servers_own(call.status, header_of(call, "content-type"), names)


def header_of(call: Call, name: str) -> str:
    """Return a header of an answer; "" where there is none."""
    return next((value for key, value in call.answer_headers if key.lower() == name), "")


def everything_said(call: Call) -> str:
    """Return an answer's headers and body as one text."""
    headers = "\n".join(f"{name}: {value}" for name, value in call.answer_headers)
    return f"{headers}\n\n{call.answer.decode('utf-8', 'replace')}"


def _error_schema(document: Document) -> jsonschema_rs.Validator | None:
    if "Error" not in document.raw.get("components", {}).get("schemas", {}):
        return None
    at = f"{openapi_uri(document.name)}#/components/schemas/Error"
    return compile_schema(at, registry((document.name, document.raw)))
