"""Errors that the front end says itself, in Redis' words and on Redis' wire.

Rule: pure.
"""

from __future__ import annotations

EXECABORT = "EXECABORT Transaction discarded because of previous errors."
_LINE = bytes.maketrans(b"\r\n", b"  ")


def error_line(text: str) -> bytes:
    """Return an error; what would end its line early is a space, as Redis has it."""
    return b"-%s\r\n" % text.encode("utf-8", "surrogateescape").translate(_LINE)
