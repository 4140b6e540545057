"""A raw client of Redis: what it sends is exactly what it is told, what it returns is exactly what came."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 10.0
_LINES = b"+-:_#,("
_BULKS = b"$=!"
_MANY = {b"*": 1, b"~": 1, b">": 1, b"%": 2}


def frame_end(data: bytes, at: int = 0) -> int:
    """Return where the reply that begins there ends; -1 while it is not whole."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return -1
    kind, rest, after = data[at : at + 1], data[at + 1 : end], end + 2
    if kind in _BULKS and int(rest) >= 0:
        return after + int(rest) + 2 if len(data) >= after + int(rest) + 2 else -1
    for _ in range(_MANY.get(kind, 0) * max(0, int(rest)) if kind in _MANY else 0):
        after = frame_end(data, after)
        if after < 0:
            return -1
    return after


def frames_in(frame: bytes) -> list[bytes]:
    """Return what an array is made of, frame by frame."""
    at, frames = frame.index(b"\r\n") + 2, []
    while at < len(frame):
        end = frame_end(frame, at)
        frames.append(frame[at:end])
        at = end
    return frames


def packed(command: Sequence[bytes]) -> bytes:
    return b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in command)


@dataclass
class RedisWire:
    """One connection; `ask` returns the frames that came, word for word."""

    url: str
    _sock: socket.socket = field(init=False)
    _data: bytes = b""
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        place = urlsplit(self.url)
        self._sock = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._sock.close()

    def say_no_more(self) -> None:
        self._sock.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def frame(self) -> bytes:
        """Read one reply; ConnectionError where the other side ends before."""
        while (end := frame_end(self._data)) < 0:
            more = self._sock.recv(65_536)
            if not more:
                raise ConnectionError(f"ended behind {self._data!r}")
            self._data += more
        frame, self._data = self._data[:end], self._data[end:]
        return frame

    def rest(self) -> bytes:
        """Read until the other side ends."""
        data, self._data = self._data, b""
        while more := self._sock.recv(65_536):
            data += more
        return data

    def ask(self, *commands: Sequence[bytes]) -> list[bytes]:
        """Send commands at once and read one reply for each."""
        self.send(b"".join(packed(command) for command in commands))
        return [self.frame() for _ in commands]

    def exchange(self, *commands: Sequence[bytes]) -> list[bytes]:
        """Send commands and a PING behind them; return all that came before its answer, pushes too."""
        marker = b"marker-%d" % next(self._numbers)
        self.send(b"".join(packed(command) for command in (*commands, (b"PING", marker))))
        frames: list[bytes] = []
        while marker not in (frame := self.frame()):
            frames.append(frame)
        return frames
