"""A real engine process with real storage and the fakes around it, and somebody who talks to it."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.receipts.signing import read_signing_key
from fakes.control import ErisControl, FakeControl, IamControl, OtlpControl
from harness.processes import Command, kept_port, start, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from harness.processes import Child

T = TypeVar("T")
Control = TypeVar("Control", bound=FakeControl)
TLS = ssl.create_default_context()  # nobody here speaks it, but each client would make one of its own
CHECKOUT = Path(__file__).resolve().parents[2]
ALL_SCOPES = ["mmm.decide", "mmm.read", "mmm.outcome"]
SETTINGS = {
    "MMM_POLICY_CACHE_SECONDS": "0",
    "MMM_SIGNALS_CACHE_SECONDS": "0",
    "MMM_BREAKER_RECOVERY_SECONDS": "0.2",
    # Nothing here measures speed, so a busy machine must not look like a slow dependency.
    **{f"MMM_TIMEOUT_{name}_SECONDS": "8" for name in ("IAM", "POLICY", "UBI", "GOVERNANCE", "REDIS")},
}


@dataclass(frozen=True, slots=True)
class Place:
    """What an engine needs around it."""

    fakes: Mapping[str, str]
    redis: str
    directory: Path
    key: str = field(
        default_factory=lambda: base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    )

    def environment(self, database: str, **more: str) -> dict[str, str]:
        """Return the variables that point an engine at this place."""
        fakes = self.fakes
        return {
            "IAM_SERVICE_URL": f"{fakes['iam']}/iam/v1",
            "POLICY_SERVICE_URL": fakes["policy"],
            "ERIS_SERVICE_URL": fakes["eris"],
            "LLM_GATEWAY_SERVICE_URL": fakes["llm"],
            "UBI_SERVICE_URL": fakes["ubi"],
            "DATA_GOVERNANCE_SERVICE_URL": fakes["governance"],
            "ALERTING_SERVICE_URL": fakes["alerting"],
            "REDIS_URL": self.redis,
            "DATABASE_URL": database,
            "ERIS_SIGNING_KEY": self.key,
            "MMM_AUDIT_LOG_FILE": str(self.directory / "nowhere-yet" / "audit.log"),
            **SETTINGS,
            **more,
        }

    @property
    def kid(self) -> str:
        """Return the name of the engine's key."""
        return read_signing_key(self.key).kid

    @property
    def public_key(self) -> str:
        """Return the engine's public key as ERIS wants it."""
        private = read_signing_key(self.key).private
        return base64.b64encode(private.public_key().public_bytes_raw()).decode()


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine process."""

    url: str
    process: Child
    log: Path
    database: str


@contextlib.contextmanager
def running_engine(place: Place, database: str, *module: str, **more: str) -> Iterator[Engine]:
    """Start an engine and wait until it answers."""
    port, kept = kept_port()
    log = place.directory / f"engine-{uuid4().hex}.log"
    command = Command(
        name="the engine",
        argv=(sys.executable, "-m", *(module or ("engine",)), "--host", "127.0.0.1", "--port", str(port)),
        cwd=CHECKOUT,
        env=place.environment(database, **more),
        log=log,
    )
    with kept, start(command) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url) or not process.running(), 60.0)
        assert process.running(), log.read_text()
        yield Engine(url, process, log, database)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/mmm/health", trust_env=False, verify=TLS).status_code == 200
    except httpx.HTTPError:
        return False


class Talk:
    """Talks to an engine as anybody, in a tenant of its own."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self.engine = engine
        self.place = place
        self.tenant = f"tenant-{uuid4().hex[:12]}"
        self.sub = f"dev-{uuid4().hex[:12]}"
        self.client = httpx.AsyncClient(
            base_url=f"{engine.url}/v1/mmm", timeout=20.0, trust_env=False, verify=TLS
        )
        self._tokens: dict[str, str] = {}
        self._controls: list[FakeControl] = []

    @cached_property
    def iam(self) -> IamControl:
        """Return IAM's controls."""
        return self._opened(IamControl("iam", self.place.fakes["iam"]))

    @cached_property
    def eris(self) -> ErisControl:
        """Return ERIS' controls."""
        return self._opened(ErisControl("eris", self.place.fakes["eris"]))

    @cached_property
    def otlp(self) -> OtlpControl:
        """Return the collector's controls."""
        return self._opened(OtlpControl("otlp", self.place.fakes["otlp"]))

    def fake(self, name: str) -> FakeControl:
        """Return another fake's controls."""
        return self._opened(FakeControl(name, self.place.fakes[name]))

    def _opened(self, control: Control) -> Control:
        self._controls.append(control)
        return control

    async def token(self, **persona: Any) -> str:
        """Mint a token; by default of a developer with every scope."""
        whole = {
            "sub": self.sub,
            "tenant_id": self.tenant,
            "roles": ["developer"],
            "scope": ALL_SCOPES,
            "actor_type": "human",
            **persona,
        }
        key = repr(sorted(whole.items()))
        if key not in self._tokens:
            self._tokens[key] = await self.iam.mint(**whole)
        return self._tokens[key]

    async def ask(self, method: str, path: str, body: Any = None, **persona: Any) -> httpx.Response:
        """Send a request as somebody."""
        headers = {"Authorization": f"Bearer {await self.token(**persona)}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def admin(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request as the tenant's admin."""
        return await self.ask(method, path, body, sub="admin-1", roles=["mmm_admin"])

    async def decide(self, body: Mapping[str, Any] | None = None, **persona: Any) -> httpx.Response:
        """Ask for a decision."""
        return await self.ask("POST", "/decide", {"tenant_id": self.tenant, **(body or {})}, **persona)

    async def decided(self, body: Mapping[str, Any] | None = None, **persona: Any) -> dict[str, Any]:
        """Ask for a decision that must succeed."""
        reply = await self.decide(body, **persona)
        assert reply.status_code == 200, reply.text
        decision: dict[str, Any] = reply.json()["decision"]
        return decision

    async def publish(self, *actions: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Create and publish a playbook."""
        made = await self.admin("POST", "/playbooks", playbook(*actions, **content))
        assert made.status_code == 200, made.text
        published = await self.admin("POST", f"/playbooks/{made.json()['playbook_id']}/publish")
        assert published.status_code == 200, published.text
        result: dict[str, Any] = published.json()
        return result

    async def receipts(self, count: int, kind: str | None = None) -> list[dict[str, Any]]:
        """Wait until ERIS has so many receipts of this tenant, and return them."""
        found: list[dict[str, Any]] = []
        for _ in range(400):
            stored = await self.eris.receipts(self.tenant)
            assert stored.dead_letters == ()
            found = [kept.receipt for kept in stored.receipts]
            found = [one for one in found if kind is None or one["inputs"]["kind"] == kind]
            if len(found) >= count:
                break
            await pause()
        return found

    async def aclose(self) -> None:
        """Hang up."""
        for control in self._controls:
            await control.aclose()
        await self.client.aclose()


async def pause() -> None:
    """Let a little time pass between two looks at a condition."""
    await asyncio.sleep(0.02)


def action(type_: str = "mirror", **more: Any) -> dict[str, Any]:
    """Return an action template."""
    payload = {"title": "Build failed", "body": "2 of 40 tests failed.", **more.pop("payload", {})}
    return {"type": type_, "surfaces": ["ide"], "payload": payload, **more}


def playbook(*actions: dict[str, Any], **content: Any) -> dict[str, Any]:
    """Return the body of a new playbook."""
    return {"name": "Builds", "actions": list(actions) or [action()], **content}


@contextlib.asynccontextmanager
async def talking(engine: Engine, place: Place) -> AsyncIterator[Talk]:
    """Talk to an engine, and hang up at the end."""
    talk = Talk(engine, place)
    try:
        yield talk
    finally:
        await talk.aclose()


async def eventually(look: Callable[[], Awaitable[list[T]]], count: int) -> list[T]:
    """Look until there are so many; return what there is in the end."""
    found = await look()
    for _ in range(400):
        if len(found) >= count:
            break
        await pause()
        found = await look()
    return found
