"""The preflight tells an engine's faults from its surroundings', and knows which routes there are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.preflight import Preflight, run_preflight
from harness.preflight.shapes import PLAYBOOK, misshapen, misshapen_decision
from harness.processes import work_directory
from harness.services import postgresql
from harness.targets import load_profile
from harness.worlds import Plan, start_world
from reports.record import Attribution, ExchangeRecorded, FindingRecorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.record import Event, Finding

HERE = Path(__file__).parent
OTHERS = HERE.parent / "acceptance" / "engines"
SMALL = HERE / "small_engine.py"


@pytest.fixture(scope="module")
def work_dir() -> Iterator[Path]:
    with work_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def admin_database(work_dir: Path) -> Iterator[str]:
    with postgresql(work_dir) as server:
        yield server.admin_url


class Flown:
    """What a preflight over an engine gave."""

    def __init__(self, result: Preflight, events: list[Event]) -> None:
        self.result = result
        self.events = events

    @property
    def findings(self) -> list[Finding]:
        return [event.finding for event in self.events if isinstance(event, FindingRecorded)]


def fly(script: Path, env: str, work_dir: Path, admin_database: str, folder: Path) -> Flown:
    path = folder / "engine.toml"
    command = f'["{{python}}", "{script}", "{{port}}"]'
    path.write_text(
        f'[target]\nname = "x"\ncommand = {command}\nstart_seconds = 10\n[target.env]\n{env}\n', "utf-8"
    )
    plan = Plan(
        profile=load_profile(path),
        run_dir=folder / "run",
        work_dir=work_dir,
        seed=1,
        admin_database=admin_database,
    )
    events: list[Event] = []
    with start_world(plan) as running:
        return Flown(asyncio.run(run_preflight(running.world, events.append)), events)


@pytest.fixture(scope="module")
def small(work_dir: Path, admin_database: str, tmp_path_factory: pytest.TempPathFactory) -> Flown:
    """Give what a preflight over the small engine gave."""
    folder = tmp_path_factory.mktemp("small")
    return fly(SMALL, 'IAM_SERVICE_URL = "{iam}/iam/v1"', work_dir, admin_database, folder)


def test_an_engine_that_asks_iam_is_not_blamed_for_it(small: Flown) -> None:
    assert small.result.problem == ""
    assert "NFR-7" not in {each for finding in small.findings for each in finding.requirements}
    assert {finding.attribution for finding in small.findings} == {Attribution.ENGINE}


def test_missing_routes_are_found_and_blamed(small: Flown) -> None:
    missing = {finding.operation: finding for finding in small.findings if "route exists" in finding.rule}
    assert {"GET /playbooks", "POST /playbooks", "GET /health", "GET /metrics"} <= set(small.result.missing)
    assert {"GET /actors/{actor_id}/preferences", "PUT /tenants/{tenant_id}/policy"} <= set(missing)
    assert set(small.result.missing) == {*missing, "DELETE /actors/{actor_id}"}  # which need not be there
    assert "POST /decide" not in missing
    assert missing["POST /playbooks"].requirements == ("FR-3", "ST-MMM-01")
    assert missing["POST /playbooks"].curl.startswith("curl -")
    assert "$TOKEN_ADMIN" in missing["POST /playbooks"].curl


def test_an_iam_that_never_hears_from_an_engine_that_refuses_all_is_the_environments_fault(
    work_dir: Path, admin_database: str, tmp_path: Path
) -> None:
    flown = fly(SMALL, 'IAM_SERVICE_URL = "http://127.0.0.1:1/iam/v1"', work_dir, admin_database, tmp_path)

    assert "503" in flown.result.problem
    assert "IAM" in flown.result.problem
    assert "\n" not in flown.result.problem
    assert [finding.attribution for finding in flown.findings] == [Attribution.ENVIRONMENT]


@pytest.mark.parametrize("script", ["decide_only.py", "open_door.py"])
def test_an_engine_that_lets_in_without_asking_breaks_nfr_7(
    script: str, work_dir: Path, admin_database: str, tmp_path: Path
) -> None:
    flown = fly(OTHERS / script, "", work_dir, admin_database, tmp_path)

    uninvited = [finding for finding in flown.findings if finding.requirements == ("NFR-7",)]
    exchanges = {event.exchange.id for event in flown.events if isinstance(event, ExchangeRecorded)}
    assert flown.result.problem == ""
    assert len(uninvited) == 1
    assert uninvited[0].exchanges
    assert set(uninvited[0].exchanges) <= exchanges


def test_no_token_is_ever_recorded(small: Flown) -> None:
    headers = [
        value
        for event in small.events
        if isinstance(event, ExchangeRecorded)
        for name, value in event.exchange.request.headers
        if name.lower() == "authorization"
    ]
    assert headers
    assert {value.split("$")[0] for value in headers} == {"Bearer "}


@pytest.mark.parametrize(
    ("member", "value", "sound"),
    [
        ("playbook_id", "5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162", True),
        ("playbook_id", "5a0c4b7e9d0f4c0b8f6a1d2e3f405162", False),
        ("playbook_id", "{5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162}", False),
        ("playbook_id", "pb-1", False),
        ("playbook_id", 7, False),
        ("created_at", "2026-01-02T03:04:05Z", True),
        ("created_at", "2026-01-02T03:04:05.678901+02:00", True),
        ("created_at", "2026-01-02T03:04:05", False),
        ("created_at", "2026-13-02T03:04:05Z", False),
        ("created_at", 1767323045, False),
    ],
)
def test_ids_and_times_are_looked_at_to_the_letter(member: str, value: object, sound: bool) -> None:  # noqa: FBT001 - a table
    times = {"created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}
    playbook = {"playbook_id": "5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162"} | times | {member: value}

    lines = list(misshapen(playbook, PLAYBOOK, "playbook"))

    assert (lines == []) is sound
    assert all(line.startswith(f"playbook.{member} is no ") for line in lines)


def test_each_action_of_a_decision_is_looked_at() -> None:
    sound = {
        "action_id": "5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162",
        "playbook_id": "5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162",
    }
    decision = {"decision_id": sound["action_id"], "created_at": "2026-01-02T03:04:05Z"}

    lines = list(misshapen_decision(decision | {"actions": [sound, sound | {"action_id": "a-2"}]}))

    assert lines == ["decision.actions[1].action_id is no UUID in canonical form: 'a-2'"]
