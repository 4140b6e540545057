"""Everything that an engine process is made of, built from its settings; nothing is connected before use."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.background import Background
from engine.delivery.channel import RECEIPT_WAIT_SECONDS, Channel
from engine.delivery.courier import Courier
from engine.dependencies.alerting import Alerting
from engine.dependencies.breaker import Breaker
from engine.dependencies.eris import Eris
from engine.dependencies.governance import Governance
from engine.dependencies.http import Dependency, open_client
from engine.dependencies.iam import Iam
from engine.dependencies.llm import LlmGateway
from engine.dependencies.policy import GoldStandards, Policy
from engine.dependencies.ubi import Ubi
from engine.fatigue.store import FatigueStore
from engine.observe.audit import AuditLog
from engine.observe.logs import log_event
from engine.observe.metrics import Metrics
from engine.observe.trace import Tracing
from engine.retention.job import RetentionJob
from engine.storage.database import Database, StorageUnavailableError
from engine.storage.outbox import ALERTING, ERIS
from engine.storage.shelf import Shelf
from engine.storage.together import Together

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from pathlib import Path

    from engine.receipts.signing import SigningKey
    from engine.settings import Settings

START_SECONDS = 5.0
PREPARE_AGAIN_SECONDS = 1.0
HEALTH = {"iam": "/health", "policy": "/health", "eris": "/v1/evidence/health"}


@dataclass(frozen=True, slots=True)
class Services:
    """The parts, by what they do."""

    key: SigningKey
    dependencies: dict[str, Dependency]
    database: Database
    shelf: Shelf
    together: Together
    iam: Iam
    policy: Policy
    standards: GoldStandards
    ubi: Ubi
    governance: Governance
    llm: LlmGateway
    fatigue: FatigueStore
    courier: Courier
    retention: RetentionJob
    background: Background
    metrics: Metrics
    audit: AuditLog
    tracing: Tracing

    def probes(self) -> dict[str, Coroutine[None, None, bool]]:
        """Return a question for each dependency that a decide cannot do without."""
        asked = {name: self.dependencies[name].probe(path) for name, path in HEALTH.items()}
        return {**asked, "database": self.database.probe(), "redis": self.fatigue.probe()}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Prepare the storage, deliver what waits, and in the end let go of everything."""
        await self._prepare_storage()
        self.background.keep(self.retention.run)
        self.background.keep(self.metrics.run)
        self.courier.start()
        try:
            yield
        finally:
            await self.background.aclose()
            await self.courier.aclose()
            await asyncio.gather(*(dependency.aclose() for dependency in self.dependencies.values()))
            await self.fatigue.aclose()
            await self.database.aclose()
            self.tracing.close()

    async def _prepare_storage(self) -> None:
        """Try it before anybody is answered, but not for long: a migration may take minutes, and goes on."""
        first = self.background.spawn_quietly(self._try_to_prepare())
        await asyncio.wait({first}, timeout=START_SECONDS)
        if first.done():
            first.result()  # what no waiting will mend ends the start
        if not self.database.prepared:
            log_event("storage_unavailable", "the database cannot be prepared yet")
            self.background.keep(partial(self._keep_preparing, first))

    async def _keep_preparing(self, first: asyncio.Task[None]) -> None:
        if not first.done():
            await first
        while not self.database.prepared:
            await asyncio.sleep(PREPARE_AGAIN_SECONDS)
            await self._try_to_prepare()

    async def _try_to_prepare(self) -> None:
        with contextlib.suppress(StorageUnavailableError):
            await self.database.prepare()


def build_services(settings: Settings, counts: Path | None = None) -> Services:
    """Put the parts together; `counts` is where several workers count together."""
    asked = _dependencies(settings)
    redis = _breaker("redis", settings)
    database = Database(
        settings.database_url, pool_min=settings.mmm_db_pool_min, pool_max=settings.mmm_db_pool_max
    )
    governance = Governance(asked["governance"])
    background = Background()
    metrics = Metrics([*(dependency.breaker for dependency in asked.values()), redis], counts)
    return Services(
        key=settings.signing_key,
        dependencies=asked,
        database=database,
        shelf=Shelf(database),
        together=Together(database, background),
        iam=Iam(asked["iam"]),
        policy=Policy(asked["policy"], settings.mmm_policy_cache_seconds, settings.mmm_policy_stale_seconds),
        standards=GoldStandards(asked["standards"], settings.mmm_policy_cache_seconds),
        ubi=Ubi(asked["ubi"], settings.mmm_signals_cache_seconds),
        governance=governance,
        llm=LlmGateway(asked["llm"]),
        fatigue=FatigueStore(settings.redis_url, settings.mmm_timeout_redis_seconds, redis),
        courier=Courier(database, background, _channels(asked, metrics)),
        retention=RetentionJob(database, governance, settings.mmm_retention_interval_seconds),
        background=background,
        metrics=metrics,
        audit=AuditLog(settings.mmm_audit_log_file, settings.signing_key),
        tracing=Tracing(settings.otel_exporter_otlp_endpoint),
    )


def _dependencies(settings: Settings) -> dict[str, Dependency]:
    """Give gold standards, though the policy service's, a circuit of their own: neither hides the other."""
    addresses = {
        "iam": (settings.iam_service_url, settings.mmm_timeout_iam_seconds),
        "policy": (settings.policy_service_url, settings.mmm_timeout_policy_seconds),
        "standards": (settings.policy_service_url, settings.mmm_timeout_policy_seconds),
        "eris": (settings.eris_service_url, settings.mmm_timeout_eris_seconds),
        "llm": (settings.llm_gateway_service_url, settings.mmm_timeout_llm_seconds),
        "ubi": (settings.ubi_service_url, settings.mmm_timeout_ubi_seconds),
        "governance": (settings.data_governance_service_url, settings.mmm_timeout_governance_seconds),
        "alerting": (settings.alerting_service_url, settings.mmm_timeout_alerting_seconds),
    }
    return {
        name: Dependency(
            name, open_client(url, settings.mmm_service_token), seconds, _breaker(name, settings)
        )
        for name, (url, seconds) in addresses.items()
    }


def _channels(asked: dict[str, Dependency], metrics: Metrics) -> dict[str, Channel]:
    eris, alerting = asked["eris"], asked["alerting"]
    receipts = Channel(
        ERIS,
        Eris(eris).store,
        eris.breaker,
        metrics.receipt_attempted,
        afterwards=RECEIPT_WAIT_SECONDS,
        keeps_refused=True,
    )
    alerts = Channel(
        ALERTING,
        Alerting(alerting).notify,
        alerting.breaker,
        metrics.alert_attempted,
        end=metrics.alert_ended,
    )
    return {ERIS: receipts, ALERTING: alerts}


def _breaker(name: str, settings: Settings) -> Breaker:
    return Breaker(name, settings.mmm_breaker_failures, settings.mmm_breaker_recovery_seconds)
