"""What a sensible engine may choose is excused, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from schemathesis.core import NOT_SET
from schemathesis.core.failures import MalformedJson
from schemathesis.openapi.checks import MissingContentType, MissingHeaders, RejectedPositiveData

from contracts.document import load_document
from harness.fuzzing.tolerance import Tolerance

PUBLISH, DECIDE, LIST = "POST /playbooks/{playbook_id}/publish", "POST /decide", "GET /playbooks"
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
