"""Concurrency: what goes wrong when two come at once."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="quota-counted-after-its-check",
        kind=Kind.CONCURRENCY,
        requirements=("FR-7", "NFR-2"),
        story="The script is run twice, to check and then to count: what does not fit is never counted.",
        changes=(
            Change(
                "engine.fatigue.script",
                "local function add(key, member)\n",
                "local checking = ARGV[#ARGV] == 'check'\n\nlocal function add(key, member)\n"
                "  if checking then return end\n",
            ),
            Change("engine.fatigue.script", "if minutes > 0 then", "if minutes > 0 and not checking then"),
            Change(
                "engine.fatigue.store",
                "            kept = await self._spend(keys=list(step.keys), args=list(step.arguments))\n",
                """            kept = await self._spend(keys=list(step.keys), args=[*step.arguments, "check"])
            if kept:
                await self._spend(keys=list(step.keys), args=[*step.arguments, "count"])
""",
            ),
        ),
    ),
    Defect(
        id="quota-of-each-process",
        kind=Kind.CONCURRENCY,
        requirements=("NFR-2", "FR-7"),
        story="Keys got a mark of the process in front, so that several installations can share one Redis.",
        changes=(
            Change(
                "engine.fatigue.quota",
                '_PREFIX = "mmm:fatigue"\n',
                '_PREFIX = f"mmm:fatigue:{uuid4().hex[:8]}"\n',
            ),
            Change(
                "engine.fatigue.quota",
                "from urllib.parse import quote\n",
                "from urllib.parse import quote\nfrom uuid import uuid4\n",
            ),
        ),
    ),
    Defect(
        id="playbooks-renewed-by-own-changes-alone",
        kind=Kind.CONCURRENCY,
        requirements=("NFR-2", "FR-3"),
        story="A process reads playbooks again when it has changed them itself; another's changes it misses.",
        changes=(
            Change(
                "engine.storage.playbooks",
                "async def _touch(connection: AsyncConnection, tenant_id: str) -> None:\n",
                """_changes: dict[str, int] = {}


def changes(tenant_id: str) -> int:
    \"\"\"Return how often a tenant's playbooks were changed.\"\"\"
    return _changes.get(tenant_id, 0)


async def _touch(connection: AsyncConnection, tenant_id: str) -> None:
""",
            ),
            Change(
                "engine.storage.playbooks",
                "    changed = insertion(connection, STAMPS)",
                "    _changes[tenant_id] = changes(tenant_id) + 1\n"
                "    changed = insertion(connection, STAMPS)",
            ),
            Change(
                "engine.storage.shelf",
                "self._published(connection, tenant_id, found.stamp)",
                "self._published(connection, tenant_id, playbooks.changes(tenant_id))",
            ),
        ),
    ),
    Defect(
        id="two-approvals-of-one-step",
        kind=Kind.CONCURRENCY,
        requirements=("FR-6",),
        story="The lock was dropped from the approval's row: two who come at once both find it pending.",
        changes=(
            Change(
                "engine.storage.approvals",
                "    wanted = _of(tenant_id, action_id).with_for_update()\n",
                "    wanted = _of(tenant_id, action_id)\n",
            ),
        ),
    ),
    Defect(
        id="second-first-wish-crashes",
        kind=Kind.CONCURRENCY,
        requirements=("FR-14", "NFR-4"),
        story="A first change looks for a record and then inserts one: the second of two meets the index.",
        changes=(
            Change(
                "engine.storage.preferences",
                "    return _stored(await held(connection, PREFERENCES, _KEY, _row(fresh)))\n",
                """    found = await find(connection, fresh.tenant_id, fresh.actor_id)
    if found is None:
        await connection.execute(insert(PREFERENCES).values(_row(fresh)))
    return found or fresh
""",
            ),
            Change(
                "engine.storage.preferences",
                "from sqlalchemy import select, update\n",
                "from sqlalchemy import insert, select, update\n",
            ),
        ),
    ),
    Defect(
        id="policy-changes-lose-each-other",
        kind=Kind.CONCURRENCY,
        requirements=("FR-13",),
        story="A tenant's policy is read unlocked and written whole: of two partial changes one is lost.",
        changes=(
            Change(
                "engine.storage.tenant_policies",
                "    return _stored(await held(connection, TENANT_POLICIES, _KEY, _row(fresh)))\n",
                """    found = await find(connection, fresh.tenant_id)
    return found or _stored(await held(connection, TENANT_POLICIES, _KEY, _row(fresh)))
""",
            ),
        ),
    ),
    Defect(
        id="versions-changed-unlocked",
        kind=Kind.CONCURRENCY,
        requirements=("FR-3", "FR-13"),
        story="A read should not lock, so the first revision is not: changes meet, and one is lost.",
        changes=(
            Change(
                "engine.storage.playbooks",
                "    await connection.execute(first.with_for_update())\n",
                "    await connection.execute(first)\n",
            ),
        ),
    ),
    Defect(
        id="governance-asked-once-for-all",
        kind=Kind.CONCURRENCY,
        requirements=("NFR-5", "FR-2"),
        story="Who asks while governance is being asked shares the answer, whichever tenant's it is.",
        changes=(
            Change(
                "engine.dependencies.governance",
                """        try:
            config = await self._config(tenant_id)
        except RefusedError:
            return DEFAULT""",
                """        if not self.asking or self.asking[0].done():
            self.asking[:] = [asyncio.create_task(self._config(tenant_id))]
        try:
            config = await asyncio.shield(self.asking[0])
        except RefusedError:
            return DEFAULT""",
            ),
            Change(
                "engine.dependencies.governance",
                "    service: Dependency\n",
                "    service: Dependency\n"
                '    asking: "list[asyncio.Task[_Config]]" = field(default_factory=list)\n',
            ),
            Change(
                "engine.dependencies.governance",
                "from dataclasses import dataclass\n",
                "import asyncio\nfrom dataclasses import dataclass, field\n",
            ),
        ),
    ),
    Defect(
        id="actions-kept-on-the-store",
        kind=Kind.CONCURRENCY,
        requirements=("NFR-5", "NFR-2"),
        story="The store remembers which actions it counts, to log them; who asks next takes their place.",
        changes=(
            Change(
                "engine.fatigue.store",
                "        step = spending(facts, actions, quotas, now_ms)\n",
                "        self._counted = actions\n        step = spending(facts, actions, quotas, now_ms)\n",
            ),
            Change(
                "engine.fatigue.store",
                "        return tuple(actions[int(index)] for index in kept)\n",
                """        counted = self._counted
        return tuple(counted[int(index)] for index in kept if int(index) < len(counted))
""",
            ),
        ),
    ),
    Defect(
        id="one-connection-for-all",
        kind=Kind.CONCURRENCY,
        requirements=("PT-MMM-01", "NFR-2"),
        story="For a test with SQLite the pool was made of one connection, and it stayed so.",
        changes=(
            Change(
                "engine.storage.database",
                '        "pool_size": pool_max,\n',
                '        "pool_size": 1,\n',
            ),
            Change(
                "engine.storage.database",
                "min(pool_min, pool_max)",
                "min(pool_min, 1)",
            ),
        ),
        deferred="load",
    ),
    Defect(
        id="a-connection-for-each-call",
        kind=Kind.CONCURRENCY,
        requirements=("PT-MMM-01", "NFR-1"),
        story="Broken connections made trouble once, so that each call to a dependency opens its own.",
        changes=(
            Change(
                "engine.dependencies.http",
                "limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)",
                "limit=MAX_CONNECTIONS, force_close=True)",
            ),
        ),
        deferred="load",
    ),
)
