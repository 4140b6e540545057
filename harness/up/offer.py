"""What `mmm up` prints: the engine's environment (engine.md section 2), tokens, where to control the fakes.

Rule: one text is both, shell to source and a dotenv file: `export NAME='value'`, no quote in a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.worlds.signing import SIGNING_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLES = {
    "database": ("DATABASE_URL", ""),
    "redis": ("REDIS_URL", ""),
    "iam": ("IAM_SERVICE_URL", "/iam/v1"),
    "policy": ("POLICY_SERVICE_URL", ""),
    "eris": ("ERIS_SERVICE_URL", ""),
    "llm": ("LLM_GATEWAY_SERVICE_URL", ""),
    "ubi": ("UBI_SERVICE_URL", ""),
    "governance": ("DATA_GOVERNANCE_SERVICE_URL", ""),
    "alerting": ("ALERTING_SERVICE_URL", ""),
    "otlp": ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
}
CONTROL = "/__fake__"
UNQUOTABLE = frozenset("'\\\r\n")  # in single quotes, each says different things to different readers


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """All that an engine, and whoever calls it, needs to know."""

    environment: dict[str, str]
    tenant_id: str
    tokens: dict[str, str] = {}
    control: dict[str, str] = {}

    def as_json(self) -> str:
        """Return one line of JSON."""
        return msgspec.json.encode(self).decode()

    def as_shell(self) -> str:
        """Return lines that a shell can source and that a dotenv reader can read."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# What the engine needs to know"
        yield from _exports("", self.environment)
        if self.tokens:
            yield "# Who may call it"
            yield from _exports("MMM_", {"TENANT_ID": self.tenant_id})
            yield from _exports("MMM_TOKEN_", self.tokens)
        if self.control:
            yield "# Scripts, faults, journals"
            yield from _exports("MMM_CONTROL_", self.control)


def environment_of(urls: Mapping[str, str], signing_key: str | None) -> dict[str, str]:
    """Return the engine's variables for what is up."""
    named = {VARIABLES[name][0]: url + VARIABLES[name][1] for name, url in urls.items()}
    return named | ({SIGNING_KEY: signing_key} if signing_key else {})


def _exports(prefix: str, values: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        if set(value) & UNQUOTABLE:
            raise ValueError(f"{name} cannot be quoted for a shell")
        yield f"export {prefix}{name.upper()}='{value}'"
