"""Validation: what is let through that should be refused, and refusals that do not say what they should."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="malformed-id-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="Ids of the path are taken as they come, and the database stumbles over them.",
        changes=(
            Change(
                "engine.values.ids",
                "    return _CANONICAL.fullmatch(text) is not None\n",
                "    return bool(text)\n",
            ),
        ),
    ),
    Defect(
        id="trigger-without-signal",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "NFR-4"),
        story="Both routes do the same, so that the trigger's route was given the body of decide.",
        changes=(
            Change(
                "engine.routes.decide",
                "Annotated[TriggerBody, Depends(JsonBody(TriggerBody))]",
                "Annotated[DecideBody, Depends(JsonBody(DecideBody))]",
            ),
        ),
    ),
    Defect(
        id="unknown-severity-is-info",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "NFR-4"),
        story="A producer kept sending `error`; so that no signal is lost, unknown severities are info.",
        changes=(
            Change(
                "engine.decide.request",
                "    severity: Given[Severity] = None\n",
                "    severity: Annotated[Given[Severity], BeforeValidator(_known)] = None\n",
            ),
            Change(
                "engine.decide.request",
                "class ContextBody(",
                """def _known(severity: Any) -> Any:
    strange = isinstance(severity, str) and severity not in SEVERITY_ORDER
    return "info" if strange else severity


class ContextBody(""",
            ),
            Change(
                "engine.decide.request",
                "from typing import Any\n",
                "from typing import Annotated, Any\n\nfrom pydantic import BeforeValidator\n",
            ),
            Change(
                "engine.decide.request",
                "import ActorType, Environment, Severity, Source",
                "import SEVERITY_ORDER, ActorType, Environment, Severity, Source",
            ),
        ),
    ),
    Defect(
        id="time-beyond-the-calendar-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="Times are checked by a pattern, and what has no date in UTC was thought of only later.",
        changes=(
            Change(
                "engine.values.wire",
                """    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that the calendar has") from None
""",
                "    return read.astimezone(UTC)\n",
            ),
        ),
    ),
    Defect(
        id="zero-byte-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-1"),
        story="The escaping of texts looked like a relic of SQLite; PostgreSQL takes no zero byte.",
        changes=(
            Change(
                "engine.storage.types",
                r'return None if value is None else value.replace("\\", "\\\\").replace("\x00", "\\0")',
                "return value",
            ),
            Change(
                "engine.storage.types",
                "return None if value is None else _ESCAPED.sub(lambda found: _PLAIN[found[0]], value)",
                "return value",
            ),
        ),
    ),
    Defect(
        id="quota-without-end-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-13"),
        story="Quotas are only checked for being negative, and the column has but so many digits.",
        changes=(
            Change(
                "engine.routes.tenant_policy",
                "Annotated[Whole, Field(ge=0), AfterValidator(_at_most)]",
                "Annotated[Whole, Field(ge=0)]",
            ),
        ),
    ),
    Defect(
        id="experiment-of-infinity-crashes",
        kind=Kind.VALIDATION,
        requirements=("NFR-4", "FR-13"),
        story="A config is any JSON, and it was not known that 1e999 is read but cannot be written again.",
        changes=(
            Change(
                "engine.values.experiment",
                "isinstance(value, float) and not math.isfinite(value)",
                "isinstance(value, float) and math.isnan(value)",
            ),
        ),
    ),
    Defect(
        id="update-takes-no-actions",
        kind=Kind.VALIDATION,
        requirements=("FR-3", "NFR-4"),
        story="The body of an update was copied from a creation's, but for the least number of actions.",
        changes=(
            Change(
                "engine.routes.playbooks",
                "    actions: Given[Annotated[Many[Template], Field(min_length=1)]] = None\n",
                "    actions: Given[Many[Template]] = None\n",
            ),
        ),
    ),
    Defect(
        id="update-takes-any-version",
        kind=Kind.VALIDATION,
        requirements=("FR-3", "NFR-4"),
        story="Whoever creates a playbook must number it as semver says; an update takes any short text.",
        changes=(
            Change(
                "engine.routes.playbooks",
                "    version: Given[Version] = None\n",
                "    version: Given[Annotated[str, Field(max_length=64)]] = None\n",
            ),
        ),
    ),
    Defect(
        id="titles-may-prescribe",
        kind=Kind.VALIDATION,
        requirements=("FR-4", "UT-MMM-02"),
        story="Only what is read first was checked for prescriptive wording: the body, and not its title.",
        changes=(
            Change(
                "engine.values.playbook",
                "        texts = (self.payload.title, self.payload.body)\n",
                "        texts = (self.payload.body,)\n",
            ),
        ),
    ),
    Defect(
        id="snooze-takes-both",
        kind=Kind.VALIDATION,
        requirements=("FR-10", "FR-14", "NFR-4"),
        story="A snooze without either end is refused; that both may be sent was not thought of.",
        changes=(
            Change(
                "engine.routes.preferences",
                "if (self.duration_hours is None) == (self.until is None):",
                "if self.duration_hours is None and self.until is None:",
            ),
        ),
    ),
    Defect(
        id="unknown-surface-preferred",
        kind=Kind.VALIDATION,
        requirements=("FR-14", "NFR-4"),
        story="New surfaces were to come without a release, so that preferences take any word for one.",
        changes=(
            Change(
                "engine.routes.preferences",
                "    preferred_surfaces: Given[Unrepeated[Surface]] = None\n",
                "    preferred_surfaces: Given[Unrepeated[str]] = None\n",
            ),
        ),
    ),
    Defect(
        id="reason-asked-too-late",
        kind=Kind.VALIDATION,
        requirements=("NFR-4",),
        story="That a dismissal needs a reason is a rule of the trade, so it moved behind the look-up.",
        changes=(
            Change(
                "engine.decide.outcome_body",
                "if self.result in NEEDS_REASON and self.reason is None:",
                'if self.result in NEEDS_REASON and self.reason == "":',
            ),
            Change(
                "engine.decide.outcome",
                "        await _not_contradicting(connection, outcome)\n",
                """        if outcome.result in NEEDS_REASON and outcome.reason is None:
            raise invalid("reason", "a reason is required")
        await _not_contradicting(connection, outcome)
""",
            ),
            Change(
                "engine.decide.outcome",
                "import conflict, not_found\n",
                "import conflict, invalid, not_found\n",
            ),
            Change(
                "engine.decide.outcome",
                "import FINAL_RESULTS\n",
                "import FINAL_RESULTS, NEEDS_REASON\n",
            ),
        ),
    ),
    Defect(
        id="refused-after-deciding",
        kind=Kind.VALIDATION,
        requirements=("FR-1", "FR-12"),
        story="The tenant of the query is looked at where the answer is made: by then all has been decided.",
        changes=(
            Change(
                "engine.routes.decide",
                '''    """Decide."""
    own_tenant(caller, *named)
    return await _answered(request, services, caller, body)
''',
                '''    """Decide."""
    answer = await _answered(request, services, caller, body)
    own_tenant(caller, *named)
    return answer
''',
            ),
        ),
    ),
    Defect(
        id="outcome-of-any-action",
        kind=Kind.VALIDATION,
        requirements=("IT-MMM-01", "NFR-4"),
        story="An action's id is unique, so that the decision it is of was not asked for again.",
        changes=(
            Change(
                "engine.storage.decisions",
                "        ACTIONS.c.action_id == action_id, ACTIONS.c.decision_id == decision_id\n",
                "        ACTIONS.c.action_id == action_id\n",
            ),
        ),
    ),
    Defect(
        id="offset-counts-pages",
        kind=Kind.VALIDATION,
        requirements=("FR-3", "FR-13"),
        story="The console turns pages, so that the offset was made the number of one.",
        changes=(
            Change(
                "engine.storage.playbooks",
                "listing(tenant_id, status).limit(limit).offset(offset)",
                "listing(tenant_id, status).limit(limit).offset(limit * offset)",
            ),
        ),
    ),
    Defect(
        id="experiment-names-itself",
        kind=Kind.VALIDATION,
        requirements=("FR-13",),
        story="So that experiments can be moved from staging with their ids, a body may bring its own.",
        changes=(
            Change(
                "engine.routes.experiments",
                "    config: Annotated[Config, Field(default_factory=dict)]\n",
                "    config: Annotated[Config, Field(default_factory=dict)]\n"
                "    experiment_id: Given[Opaque] = None\n",
            ),
            Change(
                "engine.routes.experiments",
                ".create(body.name, body.config)\n",
                ".create(body.name, body.config, body.experiment_id)\n",
            ),
            Change(
                "engine.administration.experiments",
                "create(self, name: str, config: dict[str, Any]) -> Experiment:\n",
                "create(self, name: str, config: dict[str, Any], given: str | None) -> Experiment:\n",
            ),
            Change(
                "engine.administration.experiments",
                "Experiment(new_id(), self._caller.tenant_id",
                "Experiment(given or new_id(), self._caller.tenant_id",
            ),
        ),
    ),
    Defect(
        id="snooze-of-yesterday-taken",
        kind=Kind.VALIDATION,
        requirements=("FR-10", "NFR-4"),
        story="Phones whose clocks were wrong could not snooze, so that a day's grace was granted.",
        changes=(
            Change(
                "engine.routes.preferences",
                "        if self.until <= now:\n",
                "        if self.until <= now - timedelta(days=1):\n",
            ),
        ),
    ),
)
