"""The peer: the least that an asyncio server can do for a JSON POST. `python -m benchmarks.bare_server`.

asyncio.Protocol, httptools, and JSON read and written; no routes, no contract, no journal, no dates, no ids.
JSON is msgspec's, which the fakes use, too: on a body of this size it and orjson are alike.
"""

from __future__ import annotations

import asyncio
import sys

import httptools
import msgspec

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Bare(asyncio.Protocol):
    """Answers each request with what was in it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def data_received(self, data: bytes) -> None:
        """Parse."""
        self._parser.feed_data(data)

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        self._body += part

    def on_message_complete(self) -> None:
        """Answer."""
        body = _encode({"echo": _decode(self._body)})
        self._body = b""
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def serve() -> None:
    """Print the URL and serve until killed."""
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
