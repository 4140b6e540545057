"""What one process has exercised of the engine's contract: folded as it happens, told once at its end.

Rules: every exchange counts, whoever asked for it and whether or not it is in the record; a process that is
killed loses its own and nobody else's. What is told are names of points: nothing that was sent is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts.coverage import Exchanged, Tally, points_of
from contracts.document import load_document
from reports.record import CoverageObserved
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from reports.record import Event

Headers = tuple[tuple[str, str], ...]


class Coverage:
    """Sees the exchanges of one process with engines under one base path."""

    def __init__(self, observer: str, base_path: str, document: Document | None = None) -> None:
        self._observer = observer
        self._base = base_path
        self._tally = Tally(document or load_document("engine"))

    def see(
        self,
        *,
        method: str,
        url: str,
        headers: Headers,
        body: bytes,
        status: int,
        answer_headers: Headers,
        answer: bytes,
    ) -> None:
        """Fold one exchange, as it was on the wire."""
        target = urlsplit(url)
        self._tally.take(
            Exchanged(
                method=method,
                path=target.path.removeprefix(self._base),
                query=target.query,
                headers=headers,
                body=body,
                status=status,
                answer_headers=answer_headers,
                answer=answer,
            )
        )

    def tell(self, emit: Callable[[Event], None]) -> None:
        """Tell what was touched, where anything was."""
        touched = self._tally.points
        if touched:
            points = tuple(name for name in points_of(self._tally.document) if name in touched)
            emit(CoverageObserved(at=now(), observer=self._observer, points=points))
