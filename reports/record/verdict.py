"""What is said of one requirement, and of all."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """The five things that can be said of a requirement; nothing is green by accident."""

    VERIFIED = "verified"
    VIOLATED = "violated"
    NOT_EXERCISED = "not exercised"
    WAIVED = "waived"
    UNKNOWN = "unknown"


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The verdict on one requirement, with the reason in one line.

    `kinds` are the kinds of evidence that were exercised and passed, `missing` those of the register's
    `shown` (without "unit") that were not. `scenarios` and `findings` are what it rests on.
    """

    requirement: str
    status: Status
    reason: str = ""
    kinds: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


class Totals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The closing line's numbers and its word: PASS, FAIL or UNKNOWN."""

    verified: int
    violated: int
    not_exercised: int
    waived: int
    unknown: int

    @property
    def word(self) -> str:
        """Return FAIL if anything is violated, else UNKNOWN if anything is unknown, else PASS."""
        if self.violated:
            return "FAIL"
        return "UNKNOWN" if self.unknown else "PASS"

    def line(self) -> str:
        """Return the last line of a run."""
        return (
            f"verdict: {self.word} verified {self.verified} violated {self.violated} "
            f"not-exercised {self.not_exercised} waived {self.waived} unknown {self.unknown}"
        )
