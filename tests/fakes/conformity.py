"""Does what a fake said keep the fake's own contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.document import load_document
from contracts.validation import check_response

if TYPE_CHECKING:
    from contracts.validation import Violation
    from tests.fakes.calls import Sample
    from tests.fakes.wire import Reply


def breaches(name: str, method: str, path: str, reply: Reply) -> list[Violation]:
    document = load_document(name)
    below = path.partition("?")[0].removeprefix(document.base_path)
    return check_response(document, method, below, reply.status, dict(reply.headers), reply.body)


def documented_errors(sample: Sample) -> list[int]:
    """Return the errors that the operation's contract gives a shape of an error (health's has none)."""
    document = load_document(sample.fake)
    match = document.find(sample.method, sample.path.partition("?")[0].removeprefix(document.base_path))
    assert match is not None
    node = document.raw["paths"][match.operation.template][sample.method.lower()]["responses"]
    return [int(status) for status, answer in node.items() if int(status) >= 400 and "$ref" in answer]
