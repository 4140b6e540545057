"""Metrics: what is counted, and under which labels."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="shown-counts-as-accepted",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="Whatever was not turned down was counted as accepted, so that the numbers looked well.",
        changes=(
            Change(
                "engine.observe.metrics",
                'int(result == "accepted")',
                'int(result not in {"dismissed", "failed"})',
            ),
        ),
    ),
    Defect(
        id="types-counted-once",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="The loop goes over the types of a decision's actions, and not over the actions.",
        changes=(
            Change(
                "engine.observe.metrics",
                "        for action in actions:\n",
                "        for action in {one.type: one for one in actions}.values():\n",
            ),
        ),
    ),
    Defect(
        id="signals-labelled-by-event",
        kind=Kind.METRICS,
        requirements=("FR-15", "OB-MMM-01", "PR-MMM-01"),
        story="A dashboard wanted signals by event type, which is whatever a body says.",
        changes=(
            Change(
                "engine.observe.metrics",
                '"mmm_signals_received", "Signals received")',
                '"mmm_signals_received", "Signals received", "event_type")',
            ),
            Change(
                "engine.observe.metrics",
                "        self._signals.inc(int(facts.signal is not None))\n",
                """        if facts.signal is not None:
            self._signals.labels(facts.event_type or "none").inc()
""",
            ),
        ),
    ),
    Defect(
        id="every-decision-counts-as-a-signal",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="A decide was taken to be a signal, and one without any is counted as one, too.",
        changes=(
            Change(
                "engine.observe.metrics",
                "        self._signals.inc(int(facts.signal is not None))\n",
                "        self._signals.inc()\n",
            ),
        ),
    ),
    Defect(
        id="default-buckets",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="The histogram was made with the library's own buckets, which have none at 150 ms.",
        changes=(Change("engine.observe.metrics", "            buckets=_BUCKETS,\n", ""),),
    ),
    Defect(
        id="latency-in-milliseconds",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="The log tells milliseconds, and the histogram of seconds was given the same number.",
        changes=(
            Change(
                "engine.observe.metrics",
                "self._latency.observe(seconds)",
                "self._latency.observe(seconds * 1000)",
            ),
        ),
    ),
    Defect(
        id="circuit-states-swapped",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="The states were numbered by how much they let through: closed, half-open, open.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "    OPEN = 1\n    HALF_OPEN = 2\n",
                "    HALF_OPEN = 1\n    OPEN = 2\n",
            ),
        ),
    ),
    Defect(
        id="alerts-counted-twice",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="An action counts as delivered with its answer, and one for alerting again when it is there.",
        changes=(
            Change(
                "engine.observe.metrics",
                '                if surface != "alert":  '
                "# that one counts when alerting has it, or never will\n"
                '                    self._delivered.labels(surface, "delivered").inc()\n',
                '                self._delivered.labels(surface, "delivered").inc()\n',
            ),
        ),
    ),
    Defect(
        id="refused-decisions-counted",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="Decisions are counted as they come in, also those that name another tenant and are refused.",
        changes=(
            Change(
                "engine.observe.metrics",
                "        self._decisions.labels(facts.tenant_id, facts.actor_type).inc()\n",
                "",
            ),
            Change(
                "engine.observe.metrics",
                "    def decided(self",
                '''    def begun(self, tenant_id: str, actor_type: str) -> None:
        """Count a decision."""
        self._decisions.labels(tenant_id, actor_type).inc()

    def decided(self''',
            ),
            Change(
                "engine.decide.service",
                "    own_tenant(caller, body.tenant_id)\n",
                """    services.metrics.begun(caller.tenant_id, body.actor_type or caller.actor_type)
    own_tenant(caller, body.tenant_id)
""",
            ),
        ),
    ),
    Defect(
        id="refused-outcomes-counted",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="Outcomes are counted as they come in, before anybody knows whether there is such an action.",
        changes=(
            Change(
                "engine.decide.outcome",
                "    services.metrics.outcome_posted(outcome.result)\n",
                "",
            ),
            Change(
                "engine.decide.outcome",
                "    async with services.database.writing() as connection:\n",
                """    services.metrics.outcome_posted(outcome.result)
    async with services.database.writing() as connection:
""",
            ),
        ),
    ),
    Defect(
        id="refused-receipts-not-counted",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15", "FR-12"),
        story="Attempts are counted for what will be tried again; a receipt that was refused will not.",
        changes=(
            Change(
                "engine.delivery.courier",
                "        channel.count(result)\n",
                '        if result != "rejected":\n            channel.count(result)\n',
            ),
        ),
    ),
    Defect(
        id="half-a-period-is-none",
        kind=Kind.METRICS,
        requirements=("FR-13",),
        story="A period was taken to have two ends, and is looked at only where both are given.",
        changes=(
            Change(
                "engine.storage.metrics",
                "    if period.start is not None:\n",
                """    if period.start is None or period.end is None:
        return found
    if period.start is not None:
""",
            ),
        ),
    ),
    Defect(
        id="outcomes-of-all-times",
        kind=Kind.METRICS,
        requirements=("FR-13",),
        story="Outcomes were added to the counts later, and came without the period.",
        changes=(
            Change(
                "engine.storage.metrics",
                "    if period.start is not None:\n",
                "    if table is OUTCOMES:\n        return found\n    if period.start is not None:\n",
            ),
        ),
    ),
    Defect(
        id="bad-date-is-no-date",
        kind=Kind.METRICS,
        requirements=("FR-13", "NFR-4"),
        story="A dashboard sent odd dates, and was to be shown something rather than an error.",
        changes=(
            Change(
                "engine.values.period",
                '    return moment_of(f"{plus[1]}+{plus[2]}" if plus else text)\n',
                """    try:
        return moment_of(f"{plus[1]}+{plus[2]}" if plus else text)
    except ValueError:
        return None
""",
            ),
        ),
    ),
    Defect(
        id="everybody-counts-as-human",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="The label was added with the one value that there was, before agents could ask.",
        changes=(
            Change(
                "engine.observe.metrics",
                "self._decisions.labels(facts.tenant_id, facts.actor_type).inc()",
                'self._decisions.labels(facts.tenant_id, "human").inc()',
            ),
        ),
    ),
    Defect(
        id="latency-of-the-ide-alone",
        kind=Kind.METRICS,
        requirements=("OB-MMM-01", "FR-15"),
        story="Pipelines spoilt the percentiles of the IDE, so that their latencies are observed no more.",
        changes=(
            Change(
                "engine.observe.metrics",
                "        self._latency.observe(seconds)\n",
                '        if facts.source == "ide":\n            self._latency.observe(seconds)\n',
            ),
        ),
    ),
)
