"""One connection: bytes in, requests to the application, answers out in the same order.

Rules: while one request is being answered slowly, those pipelined behind it wait; a client that sends faster
than it reads is not read from; one that begins a request and does not end it is refused; nothing outlives the
connection.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, cast

from fakes.http.answer import CONTINUE, Answer, head_to_bytes, to_bytes
from fakes.http.limits import DEFAULT, Limits
from fakes.http.parser import RequestParser
from fakes.http.request import Refusal, Request
from fakes.http.turn import date_now

if TYPE_CHECKING:
    from fakes.http.heads import Heads
    from fakes.http.link import Application, Conduct
    from fakes.http.request import ContinueWanted, Said
    from fakes.http.turn import Turn

_PIPELINE_MAX = 64
_LINGER_ZERO = struct.pack("ii", 1, 0)
_CLOSING_SECONDS = 5.0
_HELD_BACK_MAX = 65_536


class Connection(asyncio.Protocol):
    """The server's side of one client connection; also the Link that a Conduct is given."""

    def __init__(
        self,
        application: Application,
        peers: set[Connection],
        turn: Turn,
        limits: Limits = DEFAULT,
        heads: Heads | None = None,
    ) -> None:
        self._application = application
        self._peers = peers
        self._turn = turn
        self._parser = RequestParser(limits, heads)
        self._waiting: deque[Said] = deque()
        self._current = Request("", "")
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._gone = self._loop.create_future()
        self._begun_at: float | None = None  # when the request began that is not whole yet
        self._full = False
        self._room: asyncio.Future[None] | None = None
        self._deaf = False
        self._ending = False
        self._held: list[bytes] | None = None  # what is said in a turn, until it is sent; None outside of one
        self._held_bytes = 0

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send small answers at once."""
        self._transport = cast("asyncio.Transport", transport)
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peers.add(self)

    def data_received(self, data: bytes) -> None:
        """Wait until it is taken, with all that arrives in this turn."""
        self._turn.bring(self, data)

    def take(self, data: bytes) -> None:
        """Answer what has become whole."""
        if self._ending:
            return
        self._held, self._held_bytes = [], 0
        parser = self._parser
        said = parser.feed(data)
        if not parser.amid:
            self._begun_at = None
        elif said or self._begun_at is None:
            self._begun_at = self._loop.time()
        if said:
            self._waiting += said
            self._serve()

    def send(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, None
        if held:
            self._transport.write(b"".join(held))

    def break_off(self, error: Exception) -> None:
        """End at once, and say why."""
        message = "a request could not be taken"
        self._loop.call_exception_handler({"message": message, "exception": error, "protocol": self})
        self._held = None
        self.drop()

    def pause_writing(self) -> None:
        """Stop reading from a client that does not read."""
        self._full = True
        self._hear(wanted=False)

    def resume_writing(self) -> None:
        """Read and serve again."""
        self._full = False
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._serve()

    def end_if_slow(self, begun_before: float) -> None:
        """Refuse a request that began before that time and is not whole yet."""
        if self._begun_at is None or self._deaf or self._ending or self._begun_at > begun_before:
            return
        self._begun_at = None
        self._waiting.extend(self._parser.give_up())
        self._serve()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """End what was still being done for this client."""
        self._ending = True
        self._peers.discard(self)
        self._parser.end()
        if not self._gone.done():
            self._gone.set_result(None)
        if self._task is not None:
            self._task.cancel()

    # One after the other.

    def _serve(self) -> None:
        waiting = self._waiting
        while waiting and self._task is None and not self._full and not self._ending:
            said = waiting.popleft()
            if not isinstance(said, Request):
                self._serve_other(said)
                continue
            self._current = said
            outcome = self._application.handle(said)
            if isinstance(outcome, Answer):
                self.answer(outcome)
            else:
                self._begin(outcome)
        if (self._deaf or len(waiting) >= _PIPELINE_MAX) and not self._ending and not self._full:
            self._hear(wanted=len(waiting) < _PIPELINE_MAX)

    def _hear(self, *, wanted: bool) -> None:
        if wanted and self._deaf:
            self._deaf = False
            if self._begun_at is not None:
                self._begun_at = self._loop.time()  # it was we who did not listen
            self._transport.resume_reading()
        elif not wanted and not self._deaf:
            self._deaf = True
            self._transport.pause_reading()

    def _serve_other(self, said: Refusal | ContinueWanted) -> None:
        if isinstance(said, Refusal):
            self._current = said.request
            self.answer(self._application.refuse(said))
        else:
            self.write(CONTINUE)

    def _begin(self, conduct: Conduct) -> None:
        self._task = self._loop.create_task(conduct.run(self))
        self._task.add_done_callback(lambda task: self._finish(conduct, task))

    def _finish(self, conduct: Conduct, task: asyncio.Task[None]) -> None:
        self._task = None
        conduct.over()
        if task.cancelled() or self._ending:
            return
        error = task.exception()
        if error is not None:
            self.reset()
            raise error
        if not self._current.keep_alive:
            self.close()
        self._serve()

    # Link.

    @property
    def lost(self) -> bool:
        """Say whether the client is known to be gone."""
        return self._gone.done() or self._transport.is_closing()

    def answer(self, answer: Answer) -> None:
        """Send a whole, well-framed answer."""
        request = self._current
        head = request.method == "HEAD"
        date = self._turn.date if self._held is not None else date_now()
        self.write(to_bytes(answer, date=date, head=head, keep_alive=request.keep_alive))
        if not request.keep_alive:
            self.close()

    def head(self, answer: Answer, length: int) -> None:
        """Send an answer's head, which promises a body of that length."""
        alive = self._current.keep_alive
        self.write(head_to_bytes(answer, length, date=date_now(), keep_alive=alive))

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._held is None:
            self._transport.write(data)
            return
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > _HELD_BACK_MAX:
            self.send()  # from here on the transport says when there is too much

    async def flushed(self) -> None:
        """Wait until all that was written is with the system."""
        self._transport.set_write_buffer_limits(0)
        try:
            if self._full:
                self._room = asyncio.get_running_loop().create_future()
                await self._room
        finally:
            self._transport.set_write_buffer_limits()

    def close(self) -> None:
        """End the connection after what was written.

        Closing while the client still sends would reset it before it has read the answer: so the writing side
        ends first, and the rest when the client has ended too, or soon.
        """
        if self._ending:
            return
        self._ending = True
        self.send()
        if not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        if self._deaf:
            self._deaf = False
            self._transport.resume_reading()
        self._loop.call_later(_CLOSING_SECONDS, self._transport.close)

    def reset(self) -> None:
        """End the connection with RST: what was not yet sent is lost."""
        self._ending = True
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._transport.abort()

    def drop(self) -> None:
        """End the connection at once, whatever was going on."""
        self._ending = True
        self._transport.abort()

    async def gone(self) -> None:
        """Wait until the connection is no more."""
        await asyncio.shield(self._gone)

    def _socket(self) -> socket.socket:
        return cast("socket.socket", self._transport.get_extra_info("socket"))
