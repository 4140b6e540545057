"""What a sensible engine may choose is excused, and nothing else."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from schemathesis.core import NOT_SET
from schemathesis.core.failures import MalformedJson
from schemathesis.openapi.checks import (
    MissingContentType,
    MissingHeaders,
    RejectedPositiveData,
    UndefinedStatusCode,
)

from contracts.document import load_document
from harness.fuzzing.tolerance import Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PUBLISH, DECIDE, LIST = "POST /playbooks/{playbook_id}/publish", "POST /decide", "GET /playbooks"
METRICS = "GET /tenants/{tenant_id}/metrics"
NO_TYPE = MissingContentType(operation=PUBLISH, message="", media_types=["application/json"])
NO_JSON = MalformedJson(
    operation=PUBLISH, validation_message="", document="", position=0, lineno=1, colno=1, message=""
)
NO_HEADER = MissingHeaders(operation=PUBLISH, message="", missing_headers=["X-Frame-Options"])


@pytest.mark.parametrize(
    ("failure", "operation", "status", "content", "excused"),
    [
        (NO_TYPE, PUBLISH, 200, b"", True),
        (NO_JSON, PUBLISH, 200, b"", True),
        (NO_JSON, PUBLISH, 200, b"published", False),
        (NO_HEADER, PUBLISH, 200, b"", False),
        (NO_TYPE, PUBLISH, 404, b"", False),
        (NO_TYPE, DECIDE, 200, b"", False),
    ],
    ids=["no type", "no JSON", "other than JSON", "a header", "a refusal", "a decision"],
)
def test_a_success_may_say_nothing_where_nothing_need_be_said(
    failure: object, operation: str, status: int, content: bytes, *, excused: bool
) -> None:
    case = SimpleNamespace(operation=SimpleNamespace(label=operation))
    response = SimpleNamespace(status_code=status, content=content, headers={})

    reason = Tolerance(load_document("engine"), 1.0).reason(failure, case, response)  # type: ignore[arg-type] # stand-ins

    assert (reason is not None) is excused


@pytest.mark.parametrize(
    ("query", "excused"),
    [
        ({"limit": 20, "offset": 1000}, False),
        ({"limit": 21}, True),
        ({"offset": 1001}, True),
        ({"status": "draft"}, False),
    ],
)
def test_a_page_that_not_every_engine_must_give_may_be_refused(
    query: dict[str, object], *, excused: bool
) -> None:
    refused = RejectedPositiveData(operation=LIST, message="", status_code=422, allowed_statuses=["2xx"])
    case = SimpleNamespace(
        operation=SimpleNamespace(label=LIST), query=query, path_parameters={}, body=NOT_SET
    )
    response = SimpleNamespace(status_code=422, content=b"{}", headers={})

    reason = Tolerance(load_document("engine"), 1.0).reason(refused, case, response)  # type: ignore[arg-type] # as above

    assert (reason is not None) is excused


@pytest.mark.parametrize(
    ("method", "excused"), [("POST", True), ("PUT", True), ("GET", False), ("DELETE", False)]
)
def test_only_what_may_create_may_say_that_it_did(method: str, *, excused: bool) -> None:
    undefined = UndefinedStatusCode(
        operation=LIST, message="", status_code=201, defined_status_codes=["200"], allowed_status_codes=[200]
    )
    case = SimpleNamespace(operation=SimpleNamespace(label=LIST), method=method, meta=None)
    response = SimpleNamespace(status_code=201, content=b"{}", headers={})

    reason = Tolerance(load_document("engine"), 1.0).reason(undefined, case, response)  # type: ignore[arg-type] # as above

    assert (reason is not None) is excused


@contextlib.contextmanager
def metrics_that_read(reads: Callable[[str], bool]) -> Iterator[str]:
    """Serve counts for a period whose ends can all be read, and 422 for any other."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ends = [text for _, text in parse_qsl(urlsplit(self.path).query)]
            self.send_response(200 if all(map(reads, ends)) else 422)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


READERS: dict[str, tuple[Callable[[str], bool], bool]] = {
    "days": (lambda end: "T" not in end, True),
    "moments": (lambda end: "T" in end, True),
    "nothing": (lambda _: False, False),
    "all but offsets": (lambda end: "+" not in end, False),
}


@pytest.mark.parametrize(("reads", "excused"), READERS.values(), ids=READERS)
def test_one_form_of_a_date_may_be_refused_where_the_other_is_read(
    reads: Callable[[str], bool], *, excused: bool
) -> None:
    query = {"start_date": "2026-03-02", "end_date": "2026-03-09T10:15:00+01:00"}
    refused = RejectedPositiveData(operation=METRICS, message="", status_code=422, allowed_statuses=["2xx"])
    case = SimpleNamespace(
        operation=SimpleNamespace(label=METRICS), query=query, path_parameters={}, body=NOT_SET
    )
    with metrics_that_read(reads) as url:
        sent = requests.Request("GET", f"{url}/tenants/t/metrics", params=query).prepare()
        response = SimpleNamespace(status_code=422, content=b"{}", headers={}, request=sent)

        reason = Tolerance(load_document("engine"), 1.0).reason(refused, case, response)  # type: ignore[arg-type] # as above

    assert (reason is not None) is excused
