"""Empty and absent values: nothing taken for something, and something for nothing."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="no-enabled-type-means-all",
        kind=Kind.ABSENCE,
        requirements=("FM-MMM-01", "FR-13"),
        story="A tenant that had enabled nothing was taken for one that had not been set up yet.",
        changes=(
            Change(
                "engine.storage.tenant_policies",
                "enabled_action_types=unlisted(row.enabled_action_types),",
                "enabled_action_types=unlisted(row.enabled_action_types) or ACTION_TYPES,",
            ),
            Change(
                "engine.storage.tenant_policies",
                "from engine.values.standing import Quotas, TenantPolicy\n",
                "from engine.values.standing import Quotas, TenantPolicy\n"
                "from engine.values.words import ACTION_TYPES\n",
            ),
        ),
    ),
    Defect(
        id="no-preferred-surface-means-none",
        kind=Kind.ABSENCE,
        requirements=("FR-14",),
        story="Who has said nothing prefers all surfaces; the empty list was no case of its own any more.",
        changes=(
            Change(
                "engine.values.standing",
                "preferred_surfaces: tuple[Surface, ...] = ()",
                "preferred_surfaces: tuple[Surface, ...] = SURFACES",
            ),
            Change(
                "engine.pipeline.gates",
                "(wanted, preferences.preferred_surfaces) if preferences.preferred_surfaces else wanted",
                "(wanted, preferences.preferred_surfaces)",
            ),
        ),
    ),
    Defect(
        id="left-out-snooze-is-none",
        kind=Kind.ABSENCE,
        requirements=("FR-10", "FR-14"),
        story="So that a snooze can be ended with null, null is taken for it, and so is nothing at all.",
        changes=(
            Change(
                "engine.routes.preferences",
                'return {name: getattr(self, name) for name in self.model_fields_set - {"tenant_id"}}',
                "given = {name: value for name, value in self if value is not None}\n"
                '        given.pop("tenant_id", None)\n'
                '        return given | {"snooze_until": self.snooze_until}',
            ),
        ),
    ),
    Defect(
        id="snooze-forgets-other-wishes",
        kind=Kind.ABSENCE,
        requirements=("FR-10", "FR-14"),
        story="A snooze is written as a whole record, from a form that has no other field.",
        changes=(
            Change(
                "engine.routes.preferences",
                '{"snooze_until": end}, now)',
                '{"opt_out_categories": (), "preferred_surfaces": (), "snooze_until": end}, now)',
            ),
        ),
    ),
    Defect(
        id="no-preferences-yet-is-404",
        kind=Kind.ABSENCE,
        requirements=("FR-14",),
        story="Where there is no record there is nothing to show, thought who wrote the reading.",
        changes=(
            Change(
                "engine.administration.preferences",
                "        return found or self._fresh(datetime.now(UTC))\n",
                "        if found is None:\n"
                '            raise not_found("This actor has no preferences.")\n'
                "        return found\n",
            ),
            Change(
                "engine.administration.preferences",
                "from engine.storage import preferences\n",
                "from engine.edge.errors import not_found\nfrom engine.storage import preferences\n",
            ),
        ),
    ),
    Defect(
        id="empty-list-changes-nothing",
        kind=Kind.ABSENCE,
        requirements=("FR-14", "FR-10"),
        story="What was not given is told by `if value`, which an empty list is not either.",
        changes=(
            Change(
                "engine.routes.preferences",
                '- {"tenant_id"}}',
                '- {"tenant_id"} if getattr(self, name) or name == "snooze_until"}',
            ),
        ),
    ),
    Defect(
        id="no-surface-left-means-all",
        kind=Kind.ABSENCE,
        requirements=("FR-14", "FR-13"),
        story="An action without a surface broke a client, so it keeps its own where nothing would be left.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "if one in surfaces))",
                "if one in surfaces) or action.surfaces)",
            ),
        ),
    ),
    Defect(
        id="zero-quota-means-the-default",
        kind=Kind.ABSENCE,
        requirements=("FR-7", "UT-MMM-03", "FR-13"),
        story="A quota that is not set is the default, said with an `or` that eats the 0.",
        changes=(
            Change(
                "engine.storage.tenant_policies",
                "Quotas(row.max_actions_per_hour, row.max_actions_per_day)",
                "Quotas(row.max_actions_per_hour or 3, row.max_actions_per_day or 10)",
            ),
        ),
    ),
    Defect(
        id="zero-for-a-repository-means-no-limit",
        kind=Kind.ABSENCE,
        requirements=("FR-7", "UT-MMM-03"),
        story="A limit per repository counts where there are both a repository and a limit; 0 is none.",
        changes=(
            Change(
                "engine.fatigue.quota",
                "_optional(limits.max_per_repo_per_day if facts.repo_id else None)",
                "_optional((facts.repo_id and limits.max_per_repo_per_day) or None)",
            ),
        ),
    ),
    Defect(
        id="day-quota-without-its-default",
        kind=Kind.ABSENCE,
        requirements=("FR-7", "UT-MMM-03"),
        story="Who sets no quota a day was meant to have none but the hour's.",
        changes=(
            Change(
                "engine.values.standing", "max_actions_per_day: int = 10", "max_actions_per_day: int = 240"
            ),
        ),
    ),
    Defect(
        id="least-priority-is-the-middle",
        kind=Kind.ABSENCE,
        requirements=("FR-7",),
        story="Playbooks without a priority were moved to the middle, and those with priority 0 went along.",
        changes=(
            Change(
                "engine.pipeline.rank", "(content.limits.priority or 0)", "(content.limits.priority or 50)"
            ),
        ),
    ),
    Defect(
        id="midnight-is-no-hour",
        kind=Kind.ABSENCE,
        requirements=("FR-13", "FR-7", "UT-MMM-03"),
        story="Whether a tenant has quiet hours is told by the truth of their start, which at midnight is 0.",
        changes=(
            Change(
                "engine.storage.tenant_policies",
                "quiet = None if row.quiet_start is None else",
                "quiet = None if not row.quiet_start else",
            ),
        ),
    ),
    Defect(
        id="null-quiet-hours-are-ignored",
        kind=Kind.ABSENCE,
        requirements=("FR-13", "FR-7"),
        story="A partial change drops every null, as the library's exclude_none does.",
        changes=(
            Change(
                "engine.routes.tenant_policy",
                '- {"tenant_id", "quotas"}}',
                '- {"tenant_id", "quotas"} if getattr(self, name) is not None}',
            ),
        ),
    ),
    Defect(
        id="mirror-asks-for-its-text",
        kind=Kind.ABSENCE,
        requirements=("FR-4", "RF-MMM-01"),
        story="What has a prompt has its text generated; that facts never do was one line of the issue.",
        changes=(
            Change(
                "engine.pipeline.compose",
                "if not template.llm_prompt or template.type == MIRROR:",
                "if not template.llm_prompt:",
            ),
        ),
    ),
    Defect(
        id="empty-text-is-shown",
        kind=Kind.ABSENCE,
        requirements=("UT-MMM-02", "FR-5"),
        story="A text that passed safety is shown; that it may be nothing was not thought of.",
        changes=(Change("engine.pipeline.generated", "return bool(text.strip()) and len(", "return len("),),
    ),
    Defect(
        id="alert-without-severity",
        kind=Kind.ABSENCE,
        requirements=("FR-8",),
        story="Without a signal a notification says info; a signal without a severity was another case.",
        changes=(
            Change(
                "engine.decide.answer",
                '(facts.signal.severity if facts.signal else None) or "info"',
                'facts.signal.severity if facts.signal else "info"',
            ),
        ),
    ),
    Defect(
        id="signal-without-id-is-receipted-as-null",
        kind=Kind.ABSENCE,
        requirements=("UT-MMM-05", "FR-12"),
        story="A signal was believed to have an id always, as those of the test data had.",
        changes=(
            Change(
                "engine.decide.evidence",
                "if facts.signal and facts.signal.signal_id else ()",
                "if facts.signal else ()",
            ),
        ),
    ),
    Defect(
        id="who-says-nothing-is-human",
        kind=Kind.ABSENCE,
        requirements=("FR-2", "FR-1"),
        story="The type of actor got a default in the body, and the token's was not looked at any more.",
        changes=(
            Change(
                "engine.decide.request",
                'body.actor_type or ("ai_agent" if caller.actor_type == "ai_agent" else "human")',
                'body.actor_type or "human"',
            ),
        ),
    ),
    Defect(
        id="context-is-demanded",
        kind=Kind.ABSENCE,
        requirements=("FR-1", "FR-2"),
        story="Every client at hand sends a context, so that it became a required member.",
        changes=(
            Change("engine.decide.request", "context: ContextBody = ContextBody()", "context: ContextBody"),
        ),
    ),
    Defect(
        id="what-never-happened-is-left-out",
        kind=Kind.ABSENCE,
        requirements=("FR-13",),
        story="The counts are told as the query groups them, and no group is no member.",
        changes=(
            Change(
                "engine.routes.tenants",
                "actions = {word: counts.actions.get(word, 0) for word in ACTION_TYPES}",
                "actions = {word: counts.actions[word] for word in ACTION_TYPES if word in counts.actions}",
            ),
        ),
    ),
    Defect(
        id="period-without-its-end",
        kind=Kind.ABSENCE,
        requirements=("FR-13",),
        story="A period was either since a day or until a day; that it can be both came later.",
        changes=(
            Change(
                "engine.storage.metrics", "    if period.end is not None:", "    elif period.end is not None:"
            ),
        ),
    ),
)
