"""The pack's container: a ZIP file that has exactly one form for its members.

Stored (never compressed), sorted by name, dated 1980-01-01, regular files of mode 0644, no comments, no
extra fields. Writing it here, rather than with a library, makes the bytes the same on every Python, and lets
a reader rebuild and compare them.

Rule: a reader takes nothing from the container on trust but where a member begins and ends.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"

_VERSION = 20
_MADE_BY_UNIX = 3 << 8 | _VERSION
_UTF8_NAMES = 0x800
_STORED = 0
_DATE_1980_01_01 = 1 << 5 | 1
_REGULAR_0644 = 0o100644 << 16
_MOST_MEMBERS = 0xFFFF
_MOST_BYTES = 0xFFFFFFFF


class ContainerError(Exception):
    """Not a container of this form."""


def write_container(members: dict[str, bytes]) -> bytes:
    """Return the one container that holds these members."""
    local, central = bytearray(), bytearray()
    for name, data in sorted(members.items()):
        shared = _shared_fields(name, data)
        central += _CENTRAL.pack(
            _CENTRAL_MARK, _MADE_BY_UNIX, _VERSION, *shared, 0, 0, 0, 0, _REGULAR_0644, len(local)
        )
        central += name.encode()
        local += _LOCAL.pack(_LOCAL_MARK, _VERSION, *shared, 0) + name.encode() + data
    if len(members) > _MOST_MEMBERS or len(local) > _MOST_BYTES:
        raise ContainerError(f"{len(members)} members of {len(local)} bytes are more than a ZIP file holds")
    count = len(members)
    return bytes(local + central) + _END.pack(_END_MARK, 0, 0, count, count, len(central), len(local), 0)


def read_container(blob: bytes) -> dict[str, bytes]:
    """Return the members as the blob's own marks divide it; whether it is the one right form is not asked.

    The members' own headers are followed first; where one is damaged, the directory at the end.
    """
    try:
        return _by_headers(blob)
    except ContainerError:
        return _by_directory(blob)


def _shared_fields(name: str, data: bytes) -> tuple[int, ...]:
    size = len(data)
    return (_UTF8_NAMES, _STORED, 0, _DATE_1980_01_01, zlib.crc32(data), size, size, len(name.encode()))


def _by_headers(blob: bytes) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    at = 0
    while blob[at : at + 4] == _LOCAL_MARK:
        *_, size, name_size, extra_size = _unpack(_LOCAL, blob, at)
        at += _LOCAL.size
        _add(members, blob[at : at + name_size], blob, at + name_size + extra_size, size)
        at += name_size + extra_size + size
    if blob[at : at + 4] != _CENTRAL_MARK or not members:
        raise ContainerError("a member's header is damaged")
    return members


def _by_directory(blob: bytes) -> dict[str, bytes]:
    _, _, _, _, count, _, at, _ = _unpack(_END, blob, len(blob) - _END.size)
    members: dict[str, bytes] = {}
    for _ in range(count):
        fields = _unpack(_CENTRAL, blob, at)
        if fields[0] != _CENTRAL_MARK:
            raise ContainerError("the directory is damaged")
        size, name_size, offset = fields[9], fields[10], fields[-1]
        name = blob[at + _CENTRAL.size : at + _CENTRAL.size + name_size]
        _add(members, name, blob, offset + _LOCAL.size + name_size, size)
        at += _CENTRAL.size + name_size
    return members


def _unpack(form: struct.Struct, blob: bytes, at: int) -> tuple[Any, ...]:
    if at < 0 or at + form.size > len(blob):
        raise ContainerError("cut short")
    return form.unpack_from(blob, at)


def _add(members: dict[str, bytes], name: bytes, blob: bytes, start: int, size: int) -> None:
    text = name.decode("utf-8", "backslashreplace")
    if text in members:
        raise ContainerError(f"{text} is there twice")
    if start + size > len(blob) or sum(map(len, members.values())) > len(blob):
        raise ContainerError("cut short, or members overlap")
    members[text] = blob[start : start + size]
