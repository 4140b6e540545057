"""Section 2: what nobody set is as the specification states it, and reaches what it is for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from engine.delivery.channel import RECEIPT_WAIT_SECONDS, Channel
from engine.dependencies.breaker import Breaker
from engine.services import Services, build_services
from engine.settings import load_settings
from engine.storage.outbox import ALERTING, ERIS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.engine.house import Place

SECONDS = {
    "iam": 2.0,
    "policy": 0.5,
    "standards": 0.5,
    "eris": 2.0,
    "llm": 3.0,
    "ubi": 1.0,
    "governance": 0.5,
    "alerting": 2.0,
}


@pytest.fixture
def bare(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave only the variables that an engine cannot do without."""
    for name in [name for name in os.environ if name.startswith("MMM_")]:
        monkeypatch.delenv(name)
    for name, value in place.environment(f"sqlite:///{tmp_path / 'engine.db'}").items():
        if not name.startswith("MMM_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
async def services(bare: None) -> AsyncIterator[Services]:  # noqa: ARG001 -- it sets the environment
    made = build_services(load_settings())
    async with made.running():
        yield made


def test_what_nobody_set_is_as_stated(bare: None) -> None:  # noqa: ARG001 -- it sets the environment
    settings = load_settings()

    assert (settings.mmm_breaker_failures, settings.mmm_breaker_recovery_seconds) == (5, 60.0)
    assert (settings.mmm_policy_cache_seconds, settings.mmm_policy_stale_seconds) == (60.0, 300.0)
    assert settings.mmm_signals_cache_seconds == 30.0
    assert settings.mmm_timeout_redis_seconds == 0.25
    assert 1 <= settings.mmm_db_pool_min <= settings.mmm_db_pool_max == 20
    assert settings.mmm_retention_interval_seconds == 24 * 60 * 60
    assert settings.mmm_service_token is None


async def test_each_dependency_has_its_stated_time_out(services: Services) -> None:
    assert {name: one.seconds for name, one in services.dependencies.items()} == SECONDS


async def test_each_setting_reaches_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch,
    bare: None,  # noqa: ARG001 -- it sets the environment
) -> None:
    names = ("IAM", "POLICY", "ERIS", "LLM", "UBI", "GOVERNANCE", "ALERTING")
    for number, name in enumerate(names, start=1):
        monkeypatch.setenv(f"MMM_TIMEOUT_{name}_SECONDS", str(number))
    monkeypatch.setenv("MMM_BREAKER_FAILURES", "9")
    monkeypatch.setenv("MMM_BREAKER_RECOVERY_SECONDS", "7")

    services = build_services(load_settings())

    asked = services.dependencies
    assert [asked[name.lower()].seconds for name in names] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert asked["standards"].seconds == asked["policy"].seconds
    breakers = [one.breaker for one in asked.values()]
    assert {(one.failures_to_open, one.recovery_seconds) for one in breakers} == {(9, 7.0)}
    assert len({id(one) for one in breakers}) == len(SECONDS)
    async with services.running():
        pass


def test_there_are_three_attempts_with_half_a_second_and_a_second_between() -> None:
    breaker = Breaker("thing", failures_to_open=5, recovery_seconds=60.0)
    alerts = Channel(ALERTING, nowhere, breaker, print)
    receipts = Channel(ERIS, nowhere, breaker, print, afterwards=RECEIPT_WAIT_SECONDS)

    assert [alerts.next_wait(attempts) for attempts in (1, 2, 3)] == [0.5, 1.0, None]
    assert [receipts.next_wait(attempts) for attempts in (1, 2)] == [0.5, 1.0]
    assert receipts.next_wait(1_000_000) is not None


async def nowhere(_message: dict[str, Any]) -> None:
    """Take a message that nobody sends."""
