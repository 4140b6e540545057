"""Every query of engine.storage runs on a key or an index."""

# ruff: noqa: ANN401 -- plans are JSON, parameters a driver's

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

import engine.storage
from engine.storage import (
    approvals,
    decisions,
    erasure,
    experiments,
    jobs,
    metrics,
    migrate,
    outbox,
    outcomes,
    playbooks,
    preferences,
    retention,
    standing,
    tenant_policies,
)
from engine.storage.approvals import Approval
from engine.storage.experiments import Experiment
from engine.storage.playbooks import StoredPlaybook
from engine.storage.preferences import StoredPreferences
from engine.storage.schema import DECISIONS, METADATA, OUTCOMES
from engine.storage.tenant_policies import StoredPolicy
from engine.values.period import Period
from engine.values.standing import Preferences, TenantPolicy
from tests.engine.rows import opened
from tests.engine.samples import playbook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.storage.database import Database
    from harness.services import PostgreSQL

# The one that walks an index without a condition: a single step, since there is no table of tenants.
STEPS = {"retention.next_tenant"}
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ID = str(uuid4())
TENANT = "tenant-1"
ENTRY = outbox.Entry(ID, "eris", TENANT, "{}", 1, NOW)
APPROVAL = Approval(ID, ID, ID, TENANT, "actor-1", None, "pending", None, None, NOW, NOW)
EXPERIMENT = Experiment(ID, TENANT, "Shorter titles", "draft", {}, NOW, NOW)
PREFERENCES = StoredPreferences(ID, TENANT, "actor-1", Preferences(), NOW, NOW)
POLICY = StoredPolicy(ID, TENANT, TenantPolicy(), NOW, NOW)
PLAYBOOK = StoredPlaybook(ID, 1, TENANT, "draft", playbook().content, NOW, NOW)
# Every question that the package asks of tables that grow.
QUESTIONS: dict[str, Callable[[AsyncConnection], Awaitable[Any]]] = {
    "approvals.find": lambda one: approvals.find(one, TENANT, ID),
    "approvals.lock": lambda one: approvals.lock(one, TENANT, ID),
    "approvals.put": lambda one: approvals.put(one, APPROVAL),
    "decisions.find": lambda one: decisions.find(one, TENANT, ID),
    "decisions.lock_action": lambda one: decisions.lock_action(one, ID, ID),
    "decisions.type_of": lambda one: decisions.type_of(one, ID),
    "erasure.erase": lambda one: erasure.erase(one, TENANT, "actor-1", "deleted-1", NOW),
    "experiments.page": lambda one: experiments.page(one, TENANT, None, limit=50, offset=0),
    "experiments.lock": lambda one: experiments.lock(one, TENANT, ID),
    "experiments.put": lambda one: experiments.put(one, EXPERIMENT),
    "jobs.hold": lambda one: jobs.hold(one, "retention", ID, NOW),
    "jobs.claim": lambda one: jobs.claim(one, "retention", ID, NOW, DAY),
    "metrics.count": lambda one: metrics.count(one, TENANT, Period()),
    "metrics.count of a period": lambda one: metrics.count(one, TENANT, Period(NOW, NOW)),
    "outbox.claim": lambda one: outbox.claim(one, "eris", 50, NOW),
    "outbox.forget": lambda one: outbox.forget(one, [ID]),
    "outbox.postpone": lambda one: outbox.postpone(one, ENTRY, NOW),
    "outbox.reject": lambda one: outbox.reject(one, ENTRY),
    "outcomes.final_result": lambda one: outcomes.final_result(one, ID),
    "playbooks.page": lambda one: playbooks.page(one, TENANT, None, limit=50, offset=0),
    "playbooks.page of a status": lambda one: playbooks.page(one, TENANT, "draft", limit=50, offset=0),
    "playbooks.history": lambda one: playbooks.history(one, TENANT, ID),
    "playbooks.ids": lambda one: playbooks.ids(one, TENANT),
    "playbooks.published": lambda one: playbooks.published(one, TENANT),
    "playbooks.put": lambda one: playbooks.put(one, PLAYBOOK),
    "playbooks.supersede": lambda one: playbooks.supersede(one, PLAYBOOK),
    "preferences.find": lambda one: preferences.find(one, TENANT, "actor-1"),
    "preferences.hold": lambda one: preferences.hold(one, PREFERENCES),
    "preferences.put": lambda one: preferences.put(one, PREFERENCES),
    "retention.next_tenant": lambda one: retention.next_tenant(one, DECISIONS, None),
    "retention.next_tenant of outcomes": lambda one: retention.next_tenant(one, OUTCOMES, TENANT),
    "retention.oldest": lambda one: retention.oldest(one, DECISIONS, TENANT),
    "retention.delete_batch": lambda one: retention.delete_batch(one, DECISIONS, TENANT, NOW),
    "retention.delete_batch of outcomes": lambda one: retention.delete_batch(one, OUTCOMES, TENANT, NOW),
    "standing.noted": lambda one: standing.noted(one, TENANT, "actor-1"),
    "tenant_policies.find": lambda one: tenant_policies.find(one, TENANT),
    "tenant_policies.hold": lambda one: tenant_policies.hold(one, POLICY),
    "tenant_policies.put": lambda one: tenant_policies.put(one, POLICY),
}
# What only adds rows, by their keys, or is no query of rows at all.
OTHERS = {"decisions.add", "outbox.add", "outcomes.add", "playbooks.add"}
OTHERS |= {"database.lock", "approvals.begin", "experiments.add"}
OTHERS |= {"records.held", "records.insertion"}
# What each index begins with.
FIRST = {str(one.name): one.columns[0].name for table in METADATA.sorted_tables for one in table.indexes}
FIRST |= {f"{table.name}_pkey": table.primary_key.columns[0].name for table in METADATA.sorted_tables}
SEES_ROWS = ("SELECT", "UPDATE", "DELETE")


@pytest.fixture(scope="module")
def url(server: PostgreSQL) -> str:
    return server.create_database()


@contextmanager
def explained(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is sent, as SQL and parameters, to be explained afterwards."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(SEES_ROWS) and "pg_advisory" not in statement:
            sent.append((statement, parameters))

    event.listen(database._engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database._engine.sync_engine, "before_cursor_execute", note)


def scans(plan: Any) -> list[str]:
    """Return the scans of a plan that look at every row of a table, or at every entry of an index.

    A condition on what an index begins with leads to a place in it; on anything else, it is read whole.
    """
    found = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    index, condition = plan.get("Index Name"), plan.get("Index Cond", "")
    if index and not re.search(rf"\b{FIRST[index]}\b", condition):
        found.append(index)
    return found + [one for part in plan.get("Plans", ()) for one in scans(part)]


async def plans(connection: AsyncConnection, sent: list[tuple[str, Any]]) -> list[Any]:
    await connection.execute(text("SET LOCAL enable_seqscan = off"))
    found = []
    for statement, parameters in sent:
        explain = f"EXPLAIN (FORMAT JSON) {statement}"
        row = (await connection.exec_driver_sql(explain, parameters)).scalar_one()
        found.append((row if isinstance(row, list) else json.loads(row))[0]["Plan"])
    return found


@pytest.mark.parametrize("name", QUESTIONS)
async def test_it_runs_on_an_index(url: str, name: str) -> None:
    async with opened(url) as rows:
        await rows.decision(TENANT, NOW)
        with explained(rows.database) as sent:
            async with rows.database.writing() as connection:
                await QUESTIONS[name](connection)
        async with rows.database.writing() as connection:
            found = await plans(connection, list(sent))

    assert len(found) >= 1
    if name in STEPS:
        assert [plan["Node Type"] for plan in found] == ["Limit"]
    else:
        assert [scans(plan) for plan in found] == [[]] * len(found)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("SELECT decision_id FROM decisions WHERE repo_id = 'repo-1'", "decisions"),
        ("SELECT count(*) FROM outcomes WHERE created_at < now()", "outcomes_by_age"),
        ("SELECT tenant_id, created_at FROM decisions ORDER BY tenant_id, created_at", "decisions_by_age"),
    ],
    ids=["table", "index-by-its-second-column", "index-without-condition"],
)
async def test_a_query_without_an_index_is_seen(url: str, query: str, seen: str) -> None:
    async with opened(url) as rows, rows.database.writing() as connection:
        (plan,) = await plans(connection, [(query, ())])

    assert scans(plan) == [seen]


def test_every_question_of_the_package_is_among_these() -> None:
    known = {name.partition(" ")[0] for name in QUESTIONS} | OTHERS
    asked = set()
    for found in pkgutil.iter_modules(engine.storage.__path__):
        module = importlib.import_module(f"engine.storage.{found.name}")
        for name, member in vars(module).items():
            own = getattr(member, "__module__", "") == module.__name__
            if own and not name.startswith("_") and "connection" in getattr(member, "__annotations__", {}):
                asked.add(f"{found.name}.{name}")
    asked -= {f"migrate.{migrate.is_current.__name__}", f"migrate.{migrate.migrate.__name__}"}

    assert asked == known
