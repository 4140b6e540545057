"""Does what a fake said keep the fake's own contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.document import load_document
from contracts.validation import check_response

if TYPE_CHECKING:
    from contracts.validation import Violation
    from tests.fakes.wire import Reply


def breaches(name: str, method: str, path: str, reply: Reply) -> list[Violation]:
    document = load_document(name)
    below = path.partition("?")[0].removeprefix(document.base_path)
    return check_response(document, method, below, reply.status, dict(reply.headers), reply.body)
