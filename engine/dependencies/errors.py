"""How a dependency can fail to help: it is unavailable, or it refuses (an answer, not a failure)."""

from __future__ import annotations


class UnavailableError(Exception):
    """Refused or lost connection, time-out, 5xx, broken contract, or an open breaker."""

    def __init__(self, dependency: str, reason: str) -> None:
        super().__init__(f"{dependency}: {reason}")
        self.dependency = dependency
        self.reason = reason


class RefusedError(Exception):
    """The dependency answered with 4xx."""

    def __init__(self, dependency: str, status: int, retry_after: str | None = None) -> None:
        super().__init__(f"{dependency} answered {status}")
        self.dependency = dependency
        self.status = status
        self.retry_after = retry_after
