"""Validation: what playbooks, preferences, experiments and their lists let through."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
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
