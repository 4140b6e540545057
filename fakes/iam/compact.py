"""A JWS in compact form, taken apart strictly: bytes in, parts out.

Rules: nothing is believed here, and nothing is mended: no padding, no stray character, no second spelling of
a segment, no member twice. Own code, since a verifier that tests are judged by must refuse what the library
lets pass (the tests name it, case by case), and must say why in one known sentence.
"""

from __future__ import annotations

import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")

# The library knows the other alphabet; its two own letters and its padding must not pass for ours.
_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"", b"==", b"=")
# What the last letter may be where it stands for fewer than six bits: the rest of them are zero.
_LAST = ("", "", "AQgw", "AEIMQUYcgkosw048")


@dataclass(frozen=True, slots=True)
class Compact:
    """The parts of a token: its segments as they are on the wire."""

    header: str
    payload: str
    signature: str

    @property
    def signed(self) -> bytes:
        """Return what the signature is over."""
        return f"{self.header}.{self.payload}".encode("ascii")


def split(token: str) -> Compact | None:
    r"""Return the three segments, the last perhaps empty; None if there are not three.

    >>> split("a.b.c")
    Compact(header='a', payload='b', signature='c')
    >>> split("a.b") is split("a.b.c.d") is split("a=.b.c") is split("a.b.c\n") is None
    True
    """
    found = _SHAPE.fullmatch(token)
    return None if found is None else Compact(*found.groups())


def segment_bytes(segment: str) -> bytes | None:
    """Return what a segment stands for; None unless it is the one spelling of it (RFC 4648, section 3.5).

    >>> segment_bytes("YQ"), segment_bytes("YR"), segment_bytes("Y")
    (b'a', None, None)
    """
    over = len(segment) % 4
    if over and segment[-1] not in _LAST[over]:
        return None
    try:
        return binascii.a2b_base64(
            segment.encode("ascii").translate(_ALPHABET) + _PADDING[over], strict_mode=True
        )
    except ValueError:
        return None


def json_object(data: bytes) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else, one with a member twice (at any depth) included."""
    try:
        value = msgspec.json.decode(data, type=dict[str, Any])
        _unique(data.decode())
    except (ValueError, RecursionError):
        return None
    return value


def _no_twin(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is there twice")


_unique = json.JSONDecoder(object_pairs_hook=_no_twin).decode
