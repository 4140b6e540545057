"""How often a client may ask: a token bucket in whole numbers, exact at its edges.

Rule: no clock here, times are given; one that goes back fills nothing.
"""

from __future__ import annotations

_MICRO = 1_000_000
_MILLI = 1_000
_ONE = _MICRO * _MILLI  # one request: a rate of thousandths a second, for a second of millionths


class Bucket:
    """Full at first with `burst` requests; `rate` more each second, never more than `burst`.

    >>> bucket = Bucket(rate=1, burst=2, now=0.0)
    >>> [bucket.take(now) for now in (0.0, 0.0, 0.0, 0.999999, 1.0)]
    [True, True, False, False, True]
    """

    __slots__ = ("_full", "_level", "_rate", "_since")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = round(rate * _MILLI)
        self._full = self._level = burst * _ONE
        self._since = round(now * _MICRO)

    def take(self, now: float) -> bool:
        """Let one request pass, if there is one left."""
        self._fill(round(now * _MICRO))
        if self._level < _ONE:
            return False
        self._level -= _ONE
        return True

    def wait(self) -> int:
        """Return in how many whole seconds a request will pass: 0 if one does now."""
        missing = max(0, _ONE - self._level)
        return -(-missing // (self._rate * _MICRO))

    def _fill(self, now: int) -> None:
        passed = max(0, now - self._since)
        self._level = min(self._full, self._level + passed * self._rate)
        self._since = now
