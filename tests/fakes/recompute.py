"""Hashes, chains, Merkle trees and canonical JSON computed again, from the RFCs.

Rule: nothing of the fakes and no library that they use for it; RFC 8785 and RFC 6962 are followed as written.
"""

from __future__ import annotations

import json
import struct
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kept = dict[str, Any]
Step = tuple[bytes, str]


def canonical(value: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    """RFC 8785, 3.2."""
    return _written(value).encode()


def _written(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        names = sorted(value, key=_utf16_units)
        return "{" + ",".join(f"{_quoted(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(item) for item in value) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return number(float(value))


def _utf16_units(name: str) -> tuple[int, ...]:
    """RFC 8785, 3.2.3: names are compared as arrays of UTF-16 code units."""
    data = name.encode("utf-16-be")
    return struct.unpack(f">{len(data) // 2}H", data)


_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def _quoted(text: str) -> str:
    """RFC 8785, 3.2.2.2."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    return _SHORT.get(code) or (f"\\u{code:04x}" if code < 32 else character)


def number(value: float) -> str:
    """ECMA-262, Number::toString: `digits` and `n` are its digits of s and its n, `k` their count."""
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    _, all_digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(str(digit) for digit in all_digits)
    digits = shown.rstrip("0")
    n, k = exponent + len(shown), len(digits)
    if k <= n <= 21:
        return digits + "0" * (n - k)
    if 0 < n <= 21:
        return f"{digits[:n]}.{digits[n:]}"
    if -6 < n <= 0:
        return "0." + "0" * -n + digits
    sign = "+" if n > 0 else "-"
    fraction = f".{digits[1:]}" if k > 1 else ""
    return f"{digits[0]}{fraction}e{sign}{abs(n - 1)}"


def digest(receipt: dict[str, Any]) -> str:
    return sha256(canonical(receipt)).hexdigest()


def chain_faults(held: Iterable[Kept]) -> list[str]:
    """Say what is wrong with chains of `{receipt, meta}`, given in the order of their chains."""
    ends: dict[str, tuple[str, int]] = {}
    faults = []
    for one in held:
        receipt, meta = one["receipt"], one["meta"]
        parts = (receipt[name] for name in ("tenant_id", "plane", "environment", "emitter_service"))
        chain_id = ":".join(parts).lower()
        before, length = ends.get(chain_id, ("0" * 64, 0))
        expected = {
            "hash": digest(receipt),
            "prev_hash": before,
            "chain_id": chain_id,
            "sequence": length + 1,
        }
        faults += [f"{receipt['receipt_id']}: {name}" for name, v in expected.items() if meta[name] != v]
        ends[chain_id] = (meta["hash"], meta["sequence"])
    return faults


# RFC 6962, 2.1 and 2.1.1. A list of entries is D[n], `split` is k: the largest power of two below n.


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def merkle_root(entries: Sequence[bytes]) -> bytes:
    n = len(entries)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return leaf(entries[0])
    k = split(n)
    return sha256(b"\x01" + merkle_root(entries[:k]) + merkle_root(entries[k:])).digest()


def audit_path(m: int, entries: Sequence[bytes]) -> list[Step]:
    """PATH(m, D[n]), each hash with the side on which it stands."""
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*audit_path(m, entries[:k]), (merkle_root(entries[k:]), "right")]
    return [*audit_path(m - k, entries[k:]), (merkle_root(entries[:k]), "left")]


def proves(root: bytes, leaf_hash: bytes, path: Iterable[Step]) -> bool:
    here = leaf_hash
    for beside, side in path:
        here = sha256(b"\x01" + (beside + here if side == "left" else here + beside)).digest()
    return here == root
