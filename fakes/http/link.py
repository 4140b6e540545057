"""What one exchange may do with its connection: answer, or behave badly on the wire.

Rule: a fault asks for deeds by name; only the connection knows how they are done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fakes.http.answer import Answer
    from fakes.http.request import Refusal, Request


class Link(Protocol):
    """One client's connection, as long as one of its requests is being answered."""

    @property
    def lost(self) -> bool:
        """Say whether the client is known to be gone: nothing that is done now can reach it."""

    def answer(self, answer: Answer) -> None:
        """Send a whole, well-framed answer."""

    def head(self, answer: Answer, length: int) -> None:
        """Send an answer's status line and headers; they promise a body of that length."""

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""

    async def flushed(self) -> None:
        """Wait until nothing that was written waits here any more; a client that does not read delays it."""

    def close(self) -> None:
        """End the connection after what was written."""

    def reset(self) -> None:
        """End the connection with RST: what was not yet sent is lost."""

    async def gone(self) -> None:
        """Wait until the client, or the server's end, has taken the connection away."""


class Conduct(Protocol):
    """A request's answer that takes time or is none at all."""

    async def run(self, link: Link) -> None:
        """Do to the link whatever is to be done; cancelled when the client goes away."""

    def over(self) -> None:
        """Take note that `run` has ended, however it did (even where it was cancelled before it began)."""


class Application(Protocol):
    """What stands behind a server: answers at once, or says how to go about it."""

    def handle(self, request: Request) -> Answer | Conduct:
        """Answer one request."""

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer what is no request that can be served."""
