"""A success without a body is excused only where the contract names none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from schemathesis.core.failures import MalformedJson
from schemathesis.openapi.checks import MissingContentType, MissingHeaders

from contracts.document import load_document
from harness.fuzzing.tolerance import Tolerance

PUBLISH, DECIDE = "POST /playbooks/{playbook_id}/publish", "POST /decide"
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
