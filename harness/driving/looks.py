"""How callers look on the wire, and the marks by which an engine might take one for a test.

Rule: data and pure functions. Who calls is said by the verified claims of its token and by nothing else
(engine.md 3), so none of this may change what an engine does: it neither opens a door nor closes one. None of
it is written for one engine: these are the places where such doors are usually hung.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Editors, pipelines and services, as engines meet them in production; none says that it is a verifier. All
# take whatever they get, so that no engine need refuse one.
CLIENTS: tuple[Mapping[str, str], ...] = (
    {"User-Agent": "Visual Studio Code/1.104.2 (linux-x64)", "Accept": "application/json, */*;q=0.8"},
    {"User-Agent": "IntelliJ-IDEA/2026.1 (Build 261.4021)", "Accept": "*/*", "Accept-Encoding": "gzip"},
    {"User-Agent": "actions-runner/2.328.0 (linux; x64)", "Accept": "application/json, */*;q=0.5"},
    {"User-Agent": "okhttp/4.12.0", "Accept-Encoding": "gzip"},
    {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"},
    {"User-Agent": "Apache-HttpClient/5.3.1 (Java/21.0.4)", "Accept": "application/json, */*;q=0.8"},
    {"User-Agent": "axios/1.7.7", "Accept": "application/json, text/plain, */*"},
    {"User-Agent": "curl/8.9.1", "Accept": "*/*"},
)
AGENTS = frozenset(client["User-Agent"] for client in CLIENTS)


def client_of(text: str) -> Mapping[str, str]:
    """Return the looks of whoever sends this: the same for the same text.

    >>> client_of("/decide") == client_of("/decide")
    True
    """
    return CLIENTS[zlib.crc32(text.encode()) % len(CLIENTS)]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is sent besides, by which a test might be known."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


# Headers and query parameters are made of the same words, as teams write them.
_FLAGS = (
    *("debug", "debug-mode", "test", "test-mode", "testing", "test-request", "dry-run", "mock"),
    *("simulate", "sandbox", "preview", "internal", "internal-request", "internal-call", "admin"),
    *("is-admin", "superuser", "bypass", "bypass-auth", "skip-auth", "no-auth", "skip-policy"),
    *("skip-limits", "trusted", "synthetic", "synthetic-monitoring", "health-check", "load-test"),
    *("smoke-test", "e2e", "ci", "verbose"),
)
_CLAIMS = {
    **dict.fromkeys(("X-Roles", "X-Role", "X-User-Roles", "X-Actor-Roles"), "mmm_admin"),
    **dict.fromkeys(("X-User", "X-User-Id", "X-Remote-User", "X-Forwarded-User", "X-Act-As"), "admin"),
    **dict.fromkeys(("X-Authenticated-User", "X-Impersonate-User", "X-Auth-Request-User"), "admin"),
    "X-Scope": "mmm.decide mmm.read mmm.outcome",
}
_ADDRESSES = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Remote-Addr")


def _headers(said: str, address: str) -> dict[str, str]:
    flags = {f"X-{flag.title()}": said for flag in _FLAGS}
    return {**flags, **_CLAIMS, **dict.fromkeys(_ADDRESSES, address), "Forwarded": _forwarded(address)}


def _forwarded(address: str) -> str:
    """Return who is forwarded for, as RFC 7239 writes it: an IPv6 address stands in brackets."""
    return f'for="[{address}]"' if ":" in address else f"for={address}"


def _query(said: str) -> dict[str, str]:
    return {flag.replace("-", "_"): said for flag in _FLAGS}


MARKS: Mapping[str, Mark] = {
    "headers that say true": Mark(headers=_headers("true", "127.0.0.1")),
    "headers that say 1": Mark(headers=_headers("1", "::1")),
    "a query that says true": Mark(query=_query("true")),
    "a query that says 1": Mark(query=_query("1")),
}
# What probes, monitors and tests call themselves.
TEST_AGENTS = (
    *("kube-probe/1.31", "ELB-HealthChecker/2.0", "GoogleHC/1.0", "Prometheus/2.54.1", "Datadog/Synthetics"),
    *("python-httpx/0.28.1", "python-requests/2.32.3", "PostmanRuntime/7.42.0", "k6/0.54.0", "Locust/2.31"),
    *("schemathesis/4.0", "pytest", "test", "mmm-client"),
)
# Names that accounts of demonstrations, monitors and tests have.
ACCOUNTS = (
    *("admin", "root", "superuser", "system", "internal", "operator", "test", "tester", "test-user"),
    *("demo", "guest", "anonymous", "synthetic-monitor", "smoke-test", "healthcheck", "load-test"),
    *("qa", "e2e", "ci"),
)
TENANTS = ("test", "demo", "default", "internal", "system", "sandbox", "staging", "loadtest", "example")
TOKENS = (
    *("test", "test-token", "token", "debug", "dev", "dev-token", "admin", "admin-token", "mock-token"),
    *("fake-token", "valid-token", "secret", "changeme", "letmein", "internal", "bypass", "anonymous"),
    *("null", "undefined", "none", "true", "1", "12345"),
)
# Ids that nobody was given.
IDS = (
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-4000-8000-000000000000",
    "11111111-1111-1111-1111-111111111111",
    "12345678-1234-1234-1234-123456789012",
    "123e4567-e89b-12d3-a456-426614174000",
    "deadbeef-dead-beef-dead-beefdeadbeef",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)
