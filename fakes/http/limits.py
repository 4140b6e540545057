"""How much a client may send, and how long it may take, before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes (and a count of headers); beyond them the answer is 414, 431 or 413.

    `seconds`: within these a request that has begun must be whole; else the answer is 408. A connection on
    which nothing was begun may stay idle: clients keep such.
    """

    target: int = 16_384
    head: int = 65_536
    headers: int = 100
    body: int = 8_388_608
    seconds: float = 30.0


DEFAULT = Limits()
