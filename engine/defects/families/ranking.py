"""Ranking and filtering: in which order what fires comes, and what is left of it."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="priority-sorted-as-text",
        kind=Kind.RANKING,
        requirements=("FR-7",),
        story="The order is a key of texts, sorted once and reversed: 100 comes after 20 in it, and 9 first.",
        changes=(
            Change(
                "engine.pipeline.rank",
                "sorted(playbooks, key=_place)",
                "sorted(playbooks, key=_place, reverse=True)",
            ),
            Change(
                "engine.pipeline.rank",
                "-> tuple[int, str, str]:",
                "-> tuple[str, str, str]:",
            ),
            Change(
                "engine.pipeline.rank",
                "return (-(content.limits.priority or 0), content.name",
                "return (str(content.limits.priority or 0), content.name",
            ),
        ),
    ),
    Defect(
        id="ranked-after-the-quota",
        kind=Kind.RANKING,
        requirements=("FR-7",),
        story="Ranking was for display, so that it moved to the end: quotas go to whatever is oldest.",
        changes=(
            Change(
                "engine.decide.service",
                "ranked(matching(standing.playbooks.upon(facts.event_type), facts))",
                "matching(standing.playbooks.upon(facts.event_type), facts)",
            ),
            Change(
                "engine.decide.service",
                "        actions=proposed,\n",
                "        actions=tuple(sorted(proposed, key=lambda one: -(one.limits.priority or 0))),\n",
            ),
        ),
    ),
    Defect(
        id="preferred-surfaces-replace",
        kind=Kind.RANKING,
        requirements=("FR-14", "FR-8"),
        story="Whoever prefers the IDE gets all of an action there, though its playbook never meant it to.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    return _on(wanted, preferences.preferred_surfaces) if",
                "    here = preferences.preferred_surfaces\n"
                "    return tuple(replace(action, surfaces=here) for action in wanted) if",
            ),
        ),
    ),
    Defect(
        id="action-without-surface-kept",
        kind=Kind.RANKING,
        requirements=("FR-8",),
        story="Surfaces are narrowed one by one, and nobody looked at what has none left.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    return tuple(action for action in narrowed if action.surfaces)\n",
                "    return tuple(narrowed)\n",
            ),
        ),
    ),
    Defect(
        id="disabled-types-still-alerted",
        kind=Kind.RANKING,
        requirements=("FM-MMM-01", "FR-13"),
        story="The answer is stripped of what the tenant switched off, when alerting's part is long written.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "if action.type in policy.enabled_action_types)",
                'if action.type in policy.enabled_action_types or "alert" in action.surfaces)',
            ),
            Change(
                "engine.decide.service",
                "    shown = answer(keeping, facts, course.actions, stale",
                """    enabled = surroundings.standing.tenant_policy.enabled_action_types
    told = tuple(action for action in course.actions if action.type in enabled)
    shown = answer(keeping, facts, told, stale""",
            ),
        ),
    ),
    Defect(
        id="consent-passes-disabled-types",
        kind=Kind.RANKING,
        requirements=("FM-MMM-01", "FR-13"),
        story="What needs somebody's consent can do no harm, so the tenant's switch is not asked about it.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "if action.type in policy.enabled_action_types)",
                "if action.type in policy.enabled_action_types or action.requires_consent)",
            ),
        ),
    ),
    Defect(
        id="first-restriction-only",
        kind=Kind.RANKING,
        requirements=("UT-MMM-04", "FR-11"),
        story="A snapshot used to restrict one type; when it became a list, its first word was taken.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "            restrictions=frozenset(answer.restrictions),\n",
                "            restrictions=frozenset(answer.restrictions[:1]),\n",
            ),
        ),
    ),
    Defect(
        id="last-standard-wins",
        kind=Kind.RANKING,
        requirements=("UT-MMM-04", "FR-11"),
        story="Standards were thought to be versions of one, of which the last in the list is in force.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "    restricted = (item.restrictions for item in items)\n",
                "    items = items[-1:]\n    restricted = (item.restrictions for item in items)\n",
            ),
        ),
    ),
    Defect(
        id="consent-only-for-dual-channel",
        kind=Kind.RANKING,
        requirements=("UT-MMM-02", "FR-6", "IT-MMM-04"),
        story="Consent was taken for what the two approvals are, and asked for where these are.",
        changes=(
            Change(
                "engine.pipeline.compose",
                "template.requires_consent or template.type == MULTIPLIER,",
                "template.requires_consent or template.requires_dual_channel,",
            ),
        ),
    ),
    Defect(
        id="signals-replace-evidence",
        kind=Kind.RANKING,
        requirements=("UT-MMM-02", "FR-5"),
        story="Evidence of now was thought better than what a playbook's author had linked.",
        changes=(
            Change(
                "engine.pipeline.compose",
                "        evidence_links=links or evidence,\n",
                "        evidence_links=evidence or links,\n",
            ),
        ),
    ),
    Defect(
        id="one-alert-for-all",
        kind=Kind.RANKING,
        requirements=("FR-8", "IT-MMM-02"),
        story="Alerting was told once for each decision, since one message is enough to wake somebody.",
        changes=(
            Change(
                "engine.decide.answer",
                "for action in alerts)\n",
                "for action in alerts[:1])\n",
            ),
        ),
    ),
    Defect(
        id="only-urgent-alerts-sent",
        kind=Kind.RANKING,
        requirements=("FR-8",),
        story="Alerting was flooded, so that it is told of high and critical signals alone.",
        changes=(
            Change(
                "engine.decide.answer",
                '    alerts = [action for action in actions if "alert" in action.surfaces]\n',
                """    urgent = severity in {"high", "critical"}
    alerts = [action for action in actions if urgent and "alert" in action.surfaces]
""",
            ),
        ),
    ),
    Defect(
        id="placeholder-for-the-repository-left",
        kind=Kind.RANKING,
        requirements=("UT-MMM-02", "IT-MMM-03"),
        story="`{repo}` was added to the documentation of prompts, and not to what fills them.",
        changes=(
            Change(
                "engine.pipeline.compose",
                'return filled.replace("{repo}", facts.repo_id or "none").replace("{event}", event)',
                'return filled.replace("{event}", event)',
            ),
        ),
    ),
    Defect(
        id="rationale-only-for-mentors",
        kind=Kind.RANKING,
        requirements=("UT-MMM-02",),
        story="A mentor must say why, so it was thought that nobody else may.",
        changes=(
            Change(
                "engine.pipeline.compose",
                "    if written is None:\n",
                "    if written is None or template.type != MENTOR:\n",
            ),
        ),
    ),
    Defect(
        id="wishes-asked-after-the-quota",
        kind=Kind.RANKING,
        requirements=("FR-7", "FR-14"),
        story="What an actor does not want is left out of the answer, when it has been counted already.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    wanted = by_preferences(allowed, standing.preferences)\n",
                "    wanted = allowed\n",
            ),
            Change(
                "engine.decide.service",
                "        actions=proposed,\n",
                "        actions=by_preferences(proposed, standing.preferences),\n",
            ),
            Change(
                "engine.decide.service",
                "from engine.pipeline.gates import passed\n",
                "from engine.pipeline.gates import by_preferences, passed\n",
            ),
        ),
    ),
    Defect(
        id="two-approvals-beat-policy",
        kind=Kind.RANKING,
        requirements=("IT-MMM-04", "FR-11", "UT-MMM-04"),
        story="What two people must approve need not be forbidden besides, so policy's list passes it over.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "    return _without(actions, snapshot.restrictions)\n",
                """    dual = {action.type for action in actions if action.requires_dual_channel}
    return _without(actions, snapshot.restrictions - dual)
""",
            ),
        ),
    ),
)
