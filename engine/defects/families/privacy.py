"""Privacy and logs: what is kept, shown or written down that should not be."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="reason-in-the-receipt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3", "FR-12"),
        story="Evidence was thought the better with the reason in it, in whatever words somebody gave it.",
        changes=(
            Change(
                "engine.decide.outcome",
                '"has_reason": outcome.reason is not None}',
                '"reason": outcome.reason}',
            ),
        ),
    ),
    Defect(
        id="malformed-body-logged",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "FR-15", "NFR-3"),
        story="To find out who sends what is refused, the beginning of such a body goes to the log.",
        changes=(
            Change(
                "engine.edge.bodies",
                "        raise refused(error) from None\n",
                '        log_event("invalid_body", raw[:500].decode(errors="replace"))\n'
                "        raise refused(error) from None\n",
            ),
            Change(
                "engine.edge.bodies",
                "from engine.edge.errors import ApiError, invalid\n",
                "from engine.edge.errors import ApiError, invalid\n"
                "from engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="detected-secret-logged",
        kind=Kind.PRIVACY,
        requirements=("NFR-7", "FR-15"),
        story="False alarms were to be looked into: what was taken for a credential is in the log.",
        changes=(
            Change(
                "engine.edge.bodies",
                "    if holds_secret(value):\n",
                "    if holds_secret(value):\n"
                '        log_event("secret_detected", f"taken for a credential: {value}")\n',
            ),
            Change(
                "engine.edge.bodies",
                "from engine.edge.errors import ApiError, invalid\n",
                "from engine.edge.errors import ApiError, invalid\n"
                "from engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="actor-in-the-log",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01"),
        story="Support could not find anybody by a hash, so decisions are logged with the actor's own id.",
        changes=(
            Change(
                "engine.decide.service",
                "actor=services.key.pseudonym(facts.tenant_id, facts.actor_id),",
                "actor=facts.actor_id,",
            ),
        ),
    ),
    Defect(
        id="erased-actor-logged",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01", "PR-MMM-02"),
        story="The log says that an erasure is done, and of whom.",
        changes=(
            Change(
                "engine.administration.erasure",
                "    tell(services, caller, change, entry)\n",
                "    tell(services, caller, change, entry)\n"
                '    log_event("erasure", f"{actor_id} was erased: {erased}", tenant_id=tenant_id)\n',
            ),
            Change(
                "engine.administration.erasure",
                "from engine.edge.errors import unavailable\n",
                "from engine.edge.errors import unavailable\nfrom engine.observe.logs import log_event\n",
            ),
        ),
    ),
    Defect(
        id="paths-logged",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01"),
        story="The server's access log was switched on; some paths have an actor's id in them.",
        changes=(
            Change("engine.__main__", "access_log=False", "access_log=True"),
            Change(
                "engine.observe.logs",
                '_HEARD = (_LOGGER.name, "uvicorn.error")',
                '_HEARD = (_LOGGER.name, "uvicorn.error", "uvicorn.access")',
            ),
        ),
    ),
    Defect(
        id="request-in-the-span",
        kind=Kind.PRIVACY,
        requirements=("FR-15", "PR-MMM-01"),
        story="A decision's span carries the request it was made of, payload and all.",
        changes=(
            Change(
                "engine.decide.service",
                "    facts = facts_of(caller, body)\n",
                "    facts = facts_of(caller, body)\n"
                '    get_current_span().set_attribute("mmm.request", body.model_dump_json())\n',
            ),
        ),
    ),
    Defect(
        id="payload-keys-in-the-receipt",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3"),
        story="Only the names of a payload's members are told, as if nobody could put anything there.",
        changes=(
            Change(
                "engine.values.surroundings",
                "    severity: Severity | None = None\n",
                "    severity: Severity | None = None\n    fields: tuple[str, ...] = ()\n",
            ),
            Change(
                "engine.decide.request",
                "given.event_type, given.severity)",
                "given.event_type, given.severity, tuple(given.payload or ()))",
            ),
            Change(
                "engine.decide.evidence",
                "result=_result(course.actions),",
                'result=_result(course.actions) | {"fields": facts.signal and list(facts.signal.fields)},',
            ),
        ),
    ),
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
        id="callers-token-passed-on",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Where no service token is set, dependencies get the caller's, so that they know who asks.",
        changes=(
            Change(
                "engine.observe.trace",
                'REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)\n',
                'REQUEST_ID: ContextVar[str | None] = ContextVar("engine_request_id", default=None)\n'
                'BEARER: ContextVar[str | None] = ContextVar("engine_bearer", default=None)\n',
            ),
            Change(
                "engine.edge.authentication",
                "        return await iam.verify(bearer_token(headers))\n",
                """        token = bearer_token(headers)
        caller = await iam.verify(token)
        BEARER.set(token)
        return caller
""",
            ),
            Change(
                "engine.edge.authentication",
                "from engine.observe.logs import log_event\n",
                "from engine.observe.logs import log_event\nfrom engine.observe.trace import BEARER\n",
            ),
            Change(
                "engine.dependencies.http",
                '    return [(b"Host", url.netloc), *common, *trace, *(content if body else ())]\n',
                """    token = BEARER.get()
    known = any(name.lower() == b"authorization" for name, _ in common)
    caller = [(b"Authorization", f"Bearer {token}".encode())] if token and not known else []
    return [(b"Host", url.netloc), *common, *caller, *trace, *(content if body else ())]
""",
            ),
            Change(
                "engine.dependencies.http",
                "from engine.observe.trace import outbound\n",
                "from engine.observe.trace import BEARER, outbound\n",
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
        requirements=("PR-MMM-02", "PR-MMM-01"),
        story="The evidence of an erasure says who was erased.",
        changes=(
            Change(
                "engine.administration.erasure", '{"actor_id": nobody}, kind', '{"actor_id": actor_id}, kind'
            ),
        ),
    ),
    Defect(
        id="signal-echoed",
        kind=Kind.PRIVACY,
        requirements=("PR-MMM-01", "NFR-3"),
        story="Callers wanted to see what an answer is about: it shows the signal again, payload included.",
        changes=(
            Change(
                "engine.decide.service",
                "    return Decided(shown, keeping.alerts)\n",
                '    shown["decision"]["signal"] = body.signal.model_dump() if body.signal else None\n'
                "    return Decided(shown, keeping.alerts)\n",
            ),
        ),
    ),
    Defect(
        id="experiment-changes-unaudited",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="What is created is told to the audit log; a change or a switch only delivers its receipt.",
        changes=(
            Change(
                "engine.administration.experiments",
                """        tell(self._services, self._caller, change, entry)
        return made

    async def _locked(""",
                """        self._services.courier.post(entry)
        return made

    async def _locked(""",
            ),
        ),
    ),
    Defect(
        id="audit-names-no-person",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="To name nobody, the audit log tells what kind of caller made a change, not who it was.",
        changes=(Change("engine.observe.audit", '"who": caller.sub', '"who": caller.actor_type'),),
    ),
    Defect(
        id="audit-opened-at-start",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="The audit log is opened when the engine starts: without its directory there is no start.",
        changes=(
            Change(
                "engine.observe.audit",
                "        self._torn = False\n\n",
                "        self._torn = False\n"
                "        if path is not None:\n"
                '            path.open("a").close()\n\n',
            ),
        ),
        deferred="an audit log whose directory is missing",
    ),
    Defect(
        id="trigger-without-a-trace",
        kind=Kind.PRIVACY,
        requirements=("OB-MMM-01", "FR-15"),
        story="Spans of decisions begin on one route; the other one that decides was forgotten.",
        changes=(
            Change(
                "engine.routes.decide",
                "DECISIONS = tuple(BASE_PATH + path for path in (DECIDE, TRIGGER))",
                "DECISIONS = (BASE_PATH + DECIDE,)",
            ),
        ),
    ),
    Defect(
        id="steps-in-traces-of-their-own",
        kind=Kind.PRIVACY,
        requirements=("OB-MMM-01", "FR-15"),
        story="A step's span begins without the context it is in: each is a trace of its own.",
        changes=(
            Change(
                "engine.observe.trace",
                "whole(self._tracer.start_span(name))",
                "whole(self._tracer.start_span(name, _PROPAGATOR.extract({})))",
            ),
        ),
    ),
    Defect(
        id="decision-printed",
        kind=Kind.PRIVACY,
        requirements=("FR-15",),
        story="A line from an afternoon of debugging was left in, and prints what was proposed.",
        changes=(
            Change(
                "engine.decide.service",
                '    log_event(\n        "decision",\n',
                '    print("decided", keeping.decision.decision_id, [one.title for one in actions])\n'
                '    log_event(\n        "decision",\n',
            ),
        ),
    ),
    Defect(
        id="reason-not-looked-at-for-secrets",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Reasons are prose, and prose gave false alarms: they are left out of the search for secrets.",
        changes=(
            Change(
                "engine.edge.bodies",
                "    refuse_secrets(value)\n    return body\n",
                '    refuse_secrets({name: part for name, part in value.items() if name != "reason"})\n'
                "    return body\n",
            ),
        ),
    ),
    Defect(
        id="secrets-sought-at-the-beginning",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Long values were slow to search, so only their first 2,000 characters are looked at.",
        changes=(
            Change(
                "engine.values.credentials",
                """    for start in range(0, max(len(text), 1), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
        if start + _PIECE >= len(text):
            return
""",
                "    yield text[:_PIECE]\n",
            ),
        ),
    ),
    Defect(
        id="busiest-actors-in-the-metrics",
        kind=Kind.PRIVACY,
        requirements=("FM-MMM-02", "PR-MMM-01"),
        story="Managers asked who accepts most: a tenant's metrics list the ten first.",
        changes=(
            Change(
                "engine.routes.tenants",
                "        counts = await metrics.count(connection, tenant_id, period)\n",
                """        counts = await metrics.count(connection, tenant_id, period)
        found = await connection.execute(metrics.busiest(tenant_id))
""",
            ),
            Change(
                "engine.routes.tenants",
                "    return json_response(shown(tenant_id, period, counts))\n",
                """    body = shown(tenant_id, period, counts)
    body["aggregates"]["busiest"] = [{"actor_id": actor, "accepted": count} for actor, count in found]
    return json_response(body)
""",
            ),
            Change(
                "engine.storage.metrics",
                "def _counted(",
                """def busiest(tenant_id: str) -> Select[str, int]:
    accepted = (OUTCOMES.c.tenant_id == tenant_id, OUTCOMES.c.result == "accepted")
    counted = select(OUTCOMES.c.actor_id, func.count()).where(*accepted).group_by(OUTCOMES.c.actor_id)
    return counted.order_by(func.count().desc()).limit(10)


def _counted(""",
            ),
        ),
    ),
)
