"""What a fault has to work with: one request that waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fakes.http.answer import Answer
    from fakes.http.link import Link


class Scene(Protocol):
    """One exchange under a fault. What is sent through `answer` is journaled, what goes to `link` is not."""

    link: Link

    def normally(self) -> Answer:
        """Process the request as if nothing were wrong, and return its answer without sending it."""

    def error(self, status: int) -> Answer:
        """Return an error of this status in the fake's own shape."""

    def answer(self, answer: Answer) -> None:
        """Send an answer."""
