"""One observed breach: data with an identity."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Attribution(StrEnum):
    """Whose fault a failure is."""

    ENGINE = "engine"
    ENVIRONMENT = "environment"
    DEPENDENCY = "dependency"
    HARNESS = "harness"


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One breach, its requirement(s), its evidence and how to see it again.

    Two findings with one `key` (rule, operation) are one bug. `rule` is the scenario's node id or the check's
    name; `operation` is "METHOD /path/template" or "" where none applies. `exchanges` are ids of recorded
    exchanges, in order, the offending one last. `curl` has a persona in place of the token.
    """

    id: str
    rule: str
    operation: str
    requirements: tuple[str, ...]
    title: str
    detail: str
    attribution: Attribution = Attribution.ENGINE
    exchanges: tuple[str, ...] = ()
    curl: str = ""
    seed: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return the identity: (rule, operation)."""
        return (self.rule, self.operation)
