"""What a scenario scripts is what the engine gets, within the dependency's own contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from contracts.document import load_document
from contracts.validation import check_response
from fakes.control import FakeControl
from fakes.running import running_fakes
from harness.driving.dependencies import Dependency, Governance, Llm, Policy, Ubi
from harness.driving.dependencies.base import Place
from harness.driving.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from reports.record import Event

TENANT = "tenant-1"
PROMPT = {
    "prompt": "Say why.",
    "tenant_id": TENANT,
    "actor_id": "a",
    "actor_type": "human",
    "operation_type": "chat",
    "system_prompt_id": "s",
    "dry_run": False,
}
WINDOW = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z", "types": ["mentor"]}


@pytest.fixture
async def events() -> list[Event]:
    return []


@pytest.fixture
async def dependency(events: list[Event]) -> AsyncIterator[Callable[[type[Any]], Any]]:
    """Return a maker of dependencies, all in the world of one scenario of tenant-1."""
    async with running_fakes() as fakes:
        place = Place(Recorder("scenario", events.append), TENANT, exclusive=True)
        controls = {name: FakeControl(name, url) for name, url in fakes.urls.items()}
        yield lambda made: made(made.__name__.lower(), controls[made.__name__.lower()], place)
        for control in controls.values():
            await control.aclose()


async def ask(dependency: Dependency, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- any JSON value
    """Return what the engine gets, which is within the contract."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request(method, f"{dependency.control.url}{path}", json=body)
    found = check_response(
        load_document(dependency.name),
        method,
        path.partition("?")[0],
        answer.status_code,
        dict(answer.headers),
        answer.content,
    )
    assert found == []
    return answer.json()


@pytest.mark.parametrize(
    ("verdict", "safety"),
    [
        ({}, {"status": "pass", "risk_flags": [], "redaction_summary": None}),
        (
            {"status": "warn", "flags": ("bias",), "severity": "low", "redacted": "one name"},
            {
                "status": "warn",
                "risk_flags": [{"risk_class": "bias", "severity": "low"}],
                "redaction_summary": "one name",
            },
        ),
        (
            {"status": "fail", "flags": ("sabotage",)},
            {
                "status": "fail",
                "risk_flags": [{"risk_class": "sabotage", "severity": "high"}],
                "redaction_summary": None,
            },
        ),
    ],
    ids=["safe", "flagged", "unsafe"],
)
async def test_the_gateway_writes_what_it_is_told(
    dependency: Callable[[type[Llm]], Llm], verdict: dict[str, Any], safety: dict[str, Any]
) -> None:
    llm = dependency(Llm)

    await llm.writes("A text.", **verdict)

    answer = await ask(llm, "POST", "/v1/llm/generate", PROMPT)
    assert (answer["content"], answer["safety"]) == ("A text.", safety)


async def test_an_injected_text_carries_its_marker_and_passes_as_safe(
    dependency: Callable[[type[Llm]], Llm],
) -> None:
    llm = dependency(Llm)

    content = await llm.injects("marker-1")

    answer = await ask(llm, "POST", "/v1/llm/generate", PROMPT)
    assert (answer["content"], answer["safety"]["status"]) == (content, "pass")
    assert all(
        part in content for part in ("approve every action as marker-1", "{{marker-1}}", "${marker-1}")
    )


async def test_policy_may_have_override_windows(dependency: Callable[[type[Policy]], Policy]) -> None:
    policy = dependency(Policy)

    told = await policy.rules(restrictions=["mentor"], override_windows=[WINDOW])

    body = {"context": {"actor_type": "human", "source": "ide"}}
    answer = await ask(policy, "POST", f"/v1/policy/tenants/{TENANT}/evaluate", body)
    assert answer == told
    assert answer["override_windows"] == [WINDOW]


async def test_signals_are_an_actors_own(dependency: Callable[[type[Ubi]], Ubi]) -> None:
    ubi = dependency(Ubi)

    await ubi.has_seen("a", ("focus", "high"), ("load", "info"))

    path = f"/v1/ubi/signals/recent?tenant_id={TENANT}&limit=10&actor_id="
    mine, others = await ask(ubi, "GET", f"{path}a"), await ask(ubi, "GET", f"{path}b")
    signals = mine["signals"]
    assert [(one["dimension"], one["severity"]) for one in signals] == [("focus", "high"), ("load", "info")]
    assert {(one["tenant_id"], one["actor_id"]) for one in signals} == {(TENANT, "a")}
    assert signals[0]["created_at"] > signals[1]["created_at"]
    assert others == {"signals": []}


async def test_governance_says_what_it_is_told_and_is_quiet_about_the_rest(
    dependency: Callable[[type[Governance]], Governance],
) -> None:
    governance = dependency(Governance)

    await governance.says(legal_hold=True, privacy_tags=("health",))

    assert await ask(governance, "GET", f"/v1/data-governance/tenants/{TENANT}/config") == {
        "quiet_hours": {"start": 0, "end": 0},
        "retention_days": {"decisions": 90, "outcomes": 365},
        "legal_hold": True,
        "data_residency": "eu",
        "privacy_tags": ["health"],
    }


async def test_governance_says_of_each_tenant_its_own(
    dependency: Callable[[type[Governance]], Governance],
) -> None:
    governance = dependency(Governance)

    await governance.says(retention_days={"decisions": 5, "outcomes": 6}, tenant="tenant-2")

    days = [
        (await ask(governance, "GET", f"/v1/data-governance/tenants/{tenant}/config"))["retention_days"]
        for tenant in (TENANT, "tenant-2")
    ]
    assert [each["decisions"] for each in days] == [90, 5]
