"""Caching: what is remembered for too long, or under the wrong key."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="policy-remembered-by-tenant-alone",
        kind=Kind.CACHING,
        requirements=("FR-11", "FR-2"),
        story="Hardly a snapshot was found again, so the context was taken out of the cache's key.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "        key = (facts.tenant_id, _digest(context))\n",
                "        key = (facts.tenant_id,)\n",
            ),
        ),
    ),
    Defect(
        id="standards-shared-by-tenants",
        kind=Kind.CACHING,
        requirements=("NFR-5", "FR-11"),
        story="Gold standards were thought to be one for the whole company, and are remembered as such.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "        key = (facts.tenant_id, facts.repo_id)\n",
                '        key = ("mmm", facts.repo_id)\n',
            ),
        ),
    ),
    Defect(
        id="signals-remembered-by-actor-alone",
        kind=Kind.CACHING,
        requirements=("FR-2", "NFR-5"),
        story="An actor's id was taken for unique, so that recent signals are remembered without the tenant.",
        changes=(
            Change(
                "engine.dependencies.ubi",
                "self.answers.get(key, self.fresh_seconds)",
                "self.answers.get((actor_id,), self.fresh_seconds)",
            ),
            Change(
                "engine.dependencies.ubi",
                "self.answers.put(key, tuple(own))",
                "self.answers.put((actor_id,), tuple(own))",
            ),
        ),
    ),
    Defect(
        id="token-known-by-its-claims",
        kind=Kind.CACHING,
        requirements=("NFR-7", "ST-MMM-02"),
        story="Verified tokens are remembered for a moment by their claims, the long signature left out.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "        self.service = service\n",
                "        self.service = service\n        self._known: Cache[Caller] = Cache()\n",
            ),
            Change(
                "engine.dependencies.iam",
                """        try:
            verified = await""",
                """        key = (token.rpartition(".")[0],)
        known = self._known.get(key, 4.0)
        if known is not None:
            return known
        try:
            verified = await""",
            ),
            Change(
                "engine.dependencies.iam",
                "        return vouched(verified)\n",
                "        return self._known.put(key, vouched(verified))\n",
            ),
            Change(
                "engine.dependencies.iam",
                "from engine.dependencies.errors import RefusedError\n",
                "from engine.dependencies.cache import Cache\n"
                "from engine.dependencies.errors import RefusedError\n",
            ),
        ),
    ),
    Defect(
        id="texts-remembered-by-prompt",
        kind=Kind.CACHING,
        requirements=("NFR-5", "IT-MMM-03"),
        story="Generation is dear, so a text is used again wherever the same prompt comes, for ten minutes.",
        changes=(
            Change(
                "engine.dependencies.llm",
                "    service: Dependency\n",
                "    service: Dependency\n    texts: Cache[Generation] = field(default_factory=Cache)\n",
            ),
            Change(
                "engine.dependencies.llm",
                "        try:\n            answer",
                """        known = self.texts.get((prompt,), 600.0)
        if known is not None:
            return known
        try:
            answer""",
            ),
            Change(
                "engine.dependencies.llm",
                "        return _judged(answer)\n",
                "        return self.texts.put((prompt,), _judged(answer))\n",
            ),
            Change(
                "engine.dependencies.llm",
                "from dataclasses import dataclass\n",
                "from dataclasses import dataclass, field\n",
            ),
            Change(
                "engine.dependencies.llm",
                "from engine.dependencies.errors import",
                "from engine.dependencies.cache import Cache\nfrom engine.dependencies.errors import",
            ),
        ),
    ),
    Defect(
        id="stale-snapshot-made-young",
        kind=Kind.CACHING,
        requirements=("RF-MMM-03", "FR-11", "NFR-6"),
        story="What was found in the cache is put there again, as caches do it that go by last use.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "            return PolicyVerdict(stale, stale=True)\n",
                "            return PolicyVerdict(self.snapshots.put(key, stale), stale=True)\n",
            ),
        ),
    ),
    Defect(
        id="fresh-for-as-long-as-stale",
        kind=Kind.CACHING,
        requirements=("FR-11", "RF-MMM-03", "NFR-6"),
        story="Of the two ages of a snapshot the wrong one was taken: five minutes pass for fresh.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "fresh = self.snapshots.get(key, self.fresh_seconds)",
                "fresh = self.snapshots.get(key, self.stale_seconds)",
            ),
        ),
    ),
    Defect(
        id="wishes-remembered-a-while",
        kind=Kind.CACHING,
        requirements=("FR-14", "FR-10", "NFR-2"),
        story="Wishes rarely change, so that a decide reads them only every other second.",
        changes=(
            Change(
                "engine.storage.shelf",
                "            found = await noted(connection, tenant_id, actor_id)\n",
                """            found = await noted(connection, tenant_id, actor_id)
            wishes = self._wishes.get((tenant_id, actor_id), 2.0)
            if wishes is None:
                wishes = self._wishes.put((tenant_id, actor_id), found.preferences)
""",
            ),
            Change(
                "engine.storage.shelf",
                "return Standing(firing, found.preferences,",
                "return Standing(firing, wishes,",
            ),
            Change(
                "engine.storage.shelf",
                "        self._database = database\n",
                "        self._database = database\n        self._wishes: Cache = Cache()\n",
            ),
            Change(
                "engine.storage.shelf",
                "from engine.storage import playbooks\n",
                "from engine.dependencies.cache import Cache\nfrom engine.storage import playbooks\n",
            ),
        ),
    ),
    Defect(
        id="playbooks-stamped-by-their-number",
        kind=Kind.CACHING,
        requirements=("FR-3", "UT-MMM-01"),
        story="Playbooks are read again when their number changes; a new version of one changes none.",
        changes=(
            Change(
                "engine.storage.shelf",
                "firing = await self._published(connection, tenant_id, found.stamp)",
                "firing = await self._published(connection, tenant_id, "
                "await playbooks.number(connection, tenant_id))",
            ),
            Change(
                "engine.storage.playbooks",
                "async def published(",
                """async def number(connection: AsyncConnection, tenant_id: str) -> int:
    \"\"\"Return how many playbooks may fire for a tenant.\"\"\"
    return len((await connection.execute(listing(tenant_id, "published"))).all())


async def published(""",
            ),
        ),
    ),
    Defect(
        id="playbooks-read-for-every-decide",
        kind=Kind.CACHING,
        requirements=("PT-MMM-02", "NFR-1"),
        story="The shelf had a fault once, so it was switched off: each decide parses every playbook anew.",
        changes=(
            Change(
                "engine.storage.shelf",
                "        self._keep(tenant_id, stamp, found)\n",
                "",
            ),
        ),
        deferred="load",
    ),
    Defect(
        id="every-playbook-weighed",
        kind=Kind.CACHING,
        requirements=("PT-MMM-02", "PT-MMM-01"),
        story="To sort playbooks by events was one thing more to keep right, so each decide looks at all.",
        changes=(
            Change(
                "engine.values.published",
                "        if not named or None in named:\n",
                "        if playbook.content.actions:\n",
            ),
            Change(
                "engine.values.published",
                "() if None in named else named:",
                "():",
            ),
        ),
        deferred="load",
    ),
)
