"""How much a client may send before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes (and a count of headers); beyond them the answer is 414, 431 or 413."""

    target: int = 16_384
    head: int = 65_536
    headers: int = 100
    body: int = 8_388_608


DEFAULT = Limits()
