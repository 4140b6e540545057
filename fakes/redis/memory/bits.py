"""The `bit` library of scripts: 32 bits, signed, as LuaBitOp has them.

Rule: pure.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_, xor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ALL = 0xFFFF_FFFF
_SIGN = 0x8000_0000
_WIDTH = 32
_DIGITS = 8


def _signed(number: float) -> int:
    bits = int(number) & _ALL
    return bits - (_ALL + 1) if bits & _SIGN else bits


def _folded(step: Callable[[int, int], int]) -> Callable[..., int]:
    return lambda *numbers: _signed(reduce(step, (int(number) for number in numbers)))


def _rotated(number: float, by: float) -> int:
    bits, left = int(number) & _ALL, int(by) % _WIDTH
    return _signed(bits << left | bits >> (_WIDTH - left))


def _hex(number: float, digits: float = _DIGITS) -> bytes:
    text = f"{int(number) & _ALL:08x}"[-min(abs(int(digits)), _DIGITS) :]
    return (text.upper() if digits < 0 else text).encode()


BITS: Mapping[bytes, Callable[..., int | bytes]] = {
    b"tobit": _signed,
    b"tohex": _hex,
    b"bnot": lambda number: _signed(~int(number)),
    b"bswap": lambda number: _signed(int.from_bytes((int(number) & _ALL).to_bytes(4, "big"), "little")),
    b"band": _folded(and_),
    b"bor": _folded(or_),
    b"bxor": _folded(xor),
    b"lshift": lambda number, by: _signed(int(number) << (int(by) % _WIDTH)),
    b"rshift": lambda number, by: _signed((int(number) & _ALL) >> (int(by) % _WIDTH)),
    b"arshift": lambda number, by: _signed(_signed(number) >> (int(by) % _WIDTH)),
    b"rol": _rotated,
    b"ror": lambda number, by: _rotated(number, -int(by)),
}
