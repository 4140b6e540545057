"""Inline commands: a line of words, quoted as in Redis' own command line.

Rule: pure. What Valkey's `sdssplitargs` takes apart, this takes apart alike.
"""

from __future__ import annotations

import re

_SPACE = b" \t\n\v\f\r"
_WORD = re.compile(rb"""(?:[^ \t\n\r"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\'|\\(?!'))*')+""", re.DOTALL)
_PIECE = re.compile(rb"""([^ \t\n\r"']+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\'|\\(?!'))*)'""", re.DOTALL)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}


class UnbalancedError(ValueError):
    """A quote is not closed."""


def split_words(line: bytes) -> list[bytes]:
    """Return the words of a line."""
    words: list[bytes] = []
    rest = line.lstrip(_SPACE)
    while rest:
        found = _WORD.match(rest)
        if found is None or rest[found.end() : found.end() + 1] in (b'"', b"'"):
            raise UnbalancedError
        words.append(_meant(found[0]))
        rest = rest[found.end() :].lstrip(_SPACE)
    return words


def _meant(word: bytes) -> bytes:
    """Return a word without its quotes."""
    pieces = []
    for plain, double, single in _PIECE.findall(word):
        pieces.append(plain or _ESCAPE.sub(_unescape, double) or single.replace(rb"\'", b"'"))
    return b"".join(pieces)


def _unescape(found: re.Match[bytes]) -> bytes:
    code: bytes = found[1]
    return bytes.fromhex(code[1:].decode()) if len(code) > 1 else _NAMED.get(code, code)
