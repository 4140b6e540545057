"""Keeping: what is stored, for how long, and what an erasure leaves. Of the kind privacy."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="signals-kept",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3"),
        story="Payloads are kept in a table of their own, to replay them one day.",
        changes=(
            Change(
                "engine.values.surroundings",
                "    severity: Severity | None = None\n",
                '    severity: Severity | None = None\n    payload: str = ""\n',
            ),
            Change(
                "engine.decide.request",
                "given.event_type, given.severity)",
                "given.event_type, given.severity, json.dumps(given.payload))",
            ),
            Change(
                "engine.decide.request", "from typing import Any\n", "import json\nfrom typing import Any\n"
            ),
            Change(
                "engine.decide.keep",
                "        await approvals.begin(",
                """        if facts.signal:
            kept_signal = {"decision_id": decision.decision_id, "payload": facts.signal.payload}
            await connection.execute(insert(SIGNALS), [kept_signal])
        await approvals.begin(""",
            ),
            Change(
                "engine.decide.keep",
                "RECEIPT_SECONDS = 0.8\n",
                "RECEIPT_SECONDS = 0.8\n"
                'SIGNALS = table("signals", column("decision_id"), column("payload"))\n',
            ),
            Change(
                "engine.decide.keep",
                "from engine.decide.answer import notifications\n",
                "from sqlalchemy import column, insert, table\n\n"
                "from engine.decide.answer import notifications\n",
            ),
            Change(
                "engine.storage.database",
                "        self._prepared = True\n",
                """        async with _told(), self._engine.begin() as connection:
            columns = "decision_id VARCHAR, payload VARCHAR"
            await connection.execute(text(f"CREATE TABLE IF NOT EXISTS signals ({columns})"))
        self._prepared = True
""",
            ),
        ),
    ),
    Defect(
        id="erasure-forgets-outcomes",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02", "NFR-3"),
        story="Outcomes came later than erasure, and were never added to what it goes through.",
        changes=(Change("engine.storage.erasure", "    OUTCOMES.c.actor_id,\n", ""),),
    ),
    Defect(
        id="erased-actor-hashed-without-salt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02", "NFR-3"),
        story="The hash has no salt but the tenant's name: whoever knows an actor finds what it did.",
        changes=(
            Change(
                "engine.administration.erasure",
                "key.digest(_PURPOSE, json.dumps([tenant_id, actor_id]))",
                'hashlib.sha256(f"{tenant_id}/{actor_id}".encode()).hexdigest()[:24]',
            ),
            Change("engine.administration.erasure", "import json\n", "import hashlib\n"),
        ),
    ),
    Defect(
        id="preferences-emptied-not-deleted",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02", "NFR-3"),
        story="An erased actor's preferences are set back to the defaults, under its own id.",
        changes=(
            Change(
                "engine.storage.erasure",
                "    alerts = withdrawing(tenant_id, actor_id)\n",
                """    wishes = {"opt_out_categories": "", "preferred_surfaces": "", "snooze_until": None}
    own = update(PREFERENCES).where(*own._where_criteria).values(wishes)
    alerts = withdrawing(tenant_id, actor_id)
""",
            ),
        ),
    ),
    Defect(
        id="outcomes-go-with-their-decision",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02",),
        story="A decision that is too old takes its outcomes with it, which governance keeps for longer.",
        changes=(
            Change(
                "engine.storage.retention",
                "DECISIONS: (APPROVALS.c.decision_id, ACTIONS.c.decision_id)",
                "DECISIONS: (APPROVALS.c.decision_id, OUTCOMES.c.decision_id, ACTIONS.c.decision_id)",
            ),
        ),
    ),
    Defect(
        id="legal-hold-of-decisions-alone",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02",),
        story="A legal hold was read as one of decisions; outcomes are deleted all the same.",
        changes=(
            Change(
                "engine.retention.job",
                "            more = not told.legal_hold and await",
                "            held = told.legal_hold and table is DECISIONS\n"
                "            more = not held and await",
            ),
        ),
    ),
    Defect(
        id="erased-actor-named-in-the-receipt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "PR-MMM-02"),
        story="The evidence of an erasure says who was erased.",
        changes=(
            Change(
                "engine.administration.erasure", '{"actor_id": nobody}, kind', '{"actor_id": actor_id}, kind'
            ),
        ),
    ),
    Defect(
        id="erasure-deletes-outcomes",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-02", "FR-13"),
        story="To be on the safe side an erased actor's outcomes are deleted, and are counted no more.",
        changes=(
            Change(
                "engine.storage.erasure",
                "    alerts = withdrawing(tenant_id, actor_id)\n",
                """    told = (OUTCOMES.c.tenant_id == tenant_id, OUTCOMES.c.actor_id == actor_id)
    await connection.execute(delete(OUTCOMES).where(*told))
    alerts = withdrawing(tenant_id, actor_id)
""",
            ),
        ),
    ),
)
