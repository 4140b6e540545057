"""Witnesses: the audit log, traces and metrics, and whom they show. Of the kinds privacy and metrics."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
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
    ),
    Defect(
        id="trigger-without-a-trace",
        kind=Kind.METRICS,
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
        kind=Kind.METRICS,
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
    Defect(
        id="a-trace-for-each-call",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="Each outbound call begins a trace, since that was the shortest way to a valid header.",
        changes=(
            Change(
                "engine.observe.trace",
                "    carrier: dict[str, str] = {}\n    _PROPAGATOR.inject(carrier)\n",
                "    carrier: dict[str, str] = {}\n    _PROPAGATOR.inject(carrier, _fresh())\n",
            ),
        ),
    ),
    Defect(
        id="anothers-wishes-unaudited",
        kind=Kind.PRIVACY,
        requirements=("NFR-7",),
        story="Preferences are the actor's own affair: that an admin may change them, too, was overlooked.",
        changes=(
            Change(
                "engine.administration.preferences",
                "        tell(self._services, self._caller, change, entry)\n",
                "        self._services.courier.post(entry)\n",
            ),
        ),
    ),
)
