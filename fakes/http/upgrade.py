"""A request that offers to go on in another protocol, read as the plain HTTP/1.1 request that it is.

Rule: nothing is upgraded here (RFC 9110, 7.8: a server may ignore the offer). httptools takes such a message
to be over with its head, whatever body that announces: so another parser is told a head of the same framing
without the offer, and reads on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_OFFERS = frozenset({"upgrade", "http2-settings"})
_FRAMING = ("content-length", "transfer-encoding")


class Hearer(Protocol):
    """What httptools calls."""

    def on_message_begin(self) -> None:
        """Hear that a message begins."""

    def on_url(self, part: bytes) -> None:
        """Hear a part of the target."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Hear a header."""

    def on_headers_complete(self) -> None:
        """Hear that the head is whole."""

    def on_body(self, part: bytes) -> None:
        """Hear a part of the body."""

    def on_message_complete(self) -> None:
        """Hear that the message is whole."""


def framing_head(method: bytes, version: str, headers: Mapping[str, str]) -> bytes:
    """Return a head that frames its message as this one does, and offers nothing."""
    tokens = (token.strip() for token in headers.get("connection", "").split(","))
    kept = ", ".join(token for token in tokens if token.lower() not in _OFFERS)
    framing = "".join(f"{name}: {headers[name]}\r\n" for name in _FRAMING if name in headers)
    return method + f" / HTTP/{version}\r\nconnection: {kept}\r\n{framing}\r\n".encode()


class AfterHead:
    """Hears of a message whose head is known; of the first head that comes, it tells nothing."""

    def __init__(self, hearer: Hearer) -> None:
        self._hearer = hearer
        self._known = True
        self.on_body = hearer.on_body
        self.on_message_complete = hearer.on_message_complete

    def on_message_begin(self) -> None:
        """Tell of any message but the first."""
        if not self._known:
            self._hearer.on_message_begin()

    def on_url(self, part: bytes) -> None:
        """Tell of any target but the first."""
        if not self._known:
            self._hearer.on_url(part)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Tell of headers, but not of the first head's."""
        if not self._known:
            self._hearer.on_header(name, value)

    def on_headers_complete(self) -> None:
        """Tell of any head but the first."""
        if self._known:
            self._known = False
        else:
            self._hearer.on_headers_complete()
