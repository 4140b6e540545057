"""What a fault has to work with: one request that waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from random import Random

    from fakes.http.answer import Answer
    from fakes.http.link import Link
    from fakes.http.request import Request


class Scene(Protocol):
    """One exchange under a fault. What is sent through `answer` is journaled, what goes to `link` is not.

    A fault says `struck` in the same breath as the deed, so that what a client never met has not fired. One
    that cannot spoil this answer (it has no body, it is no JSON) sends it as it is and does not say `struck`.
    """

    link: Link

    @property
    def request(self) -> Request:
        """Return what was asked."""

    def normally(self) -> Answer:
        """Process the request as if nothing were wrong, and return its answer without sending it."""

    def error(self, status: int) -> Answer:
        """Return an error of this status in the fake's own shape."""

    def breaks(self, answer: Answer) -> bool:
        """Say whether this answer would break the fake's own contract."""

    def random(self, seed: int) -> Random:
        """Return a source of chance: the same for the same seed and the same number of strikes before."""

    def struck(self) -> None:
        """Note that the fault strikes now; not where the client is known to have gone before."""

    def journaled(self, answer: Answer) -> Answer:
        """Journal an answer that goes to `link` in pieces, and return it as it is to be sent."""

    def answer(self, answer: Answer) -> None:
        """Journal and send a whole answer."""


def shows_body(scene: Scene, answer: Answer) -> bool:
    """Say whether a client will see a body: not of an answer to HEAD, nor where there is none."""
    return answer.has_body and scene.request.method != "HEAD"
