"""Playbooks (5.3.4): which fire, and in which version. Of the kind filtering."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="severity-compared-as-text",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Severities were compared as they stand, and `critical` comes before `warn` in the alphabet.",
        changes=(
            Change(
                "engine.pipeline.match",
                "SEVERITY_ORDER[severity] >= SEVERITY_ORDER[wanted]",
                "severity >= wanted",
            ),
        ),
    ),
    Defect(
        id="wider-of-two-triggers-lost",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Playbooks are indexed by the event types they name; triggers that name none are forgotten.",
        changes=(
            Change(
                "engine.values.published",
                "        if not named or None in named:\n",
                "        if not named - {None}:\n",
            ),
            Change(
                "engine.values.published",
                "for event_type in () if None in named else named:",
                "for event_type in named - {None}:",
            ),
        ),
    ),
    Defect(
        id="fires-once-for-each-trigger",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "UT-MMM-02"),
        story="A playbook stands in the index under each of its triggers, and comes as often as it is found.",
        changes=(
            Change(
                "engine.values.published",
                "for event_type in () if None in named else named:",
                "for event_type in named - {None}:",
            ),
        ),
    ),
    Defect(
        id="conditions-match-a-part",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Teams wanted one condition for `release` and `release/1.2`: a part of the value is enough.",
        changes=(
            Change(
                "engine.values.surroundings",
                "return kind in _FACTS and getattr(self, _FACTS[kind]) == value",
                'return kind in _FACTS and value in (getattr(self, _FACTS[kind]) or "")',
            ),
        ),
    ),
    Defect(
        id="one-condition-is-enough",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Any trigger is enough, and conditions were thought to be alternatives, too.",
        changes=(
            Change(
                "engine.pipeline.match",
                "return _triggered(content.triggers, facts) and all(\n",
                "return _triggered(content.triggers, facts) and (not content.conditions or any(\n",
            ),
            Change(
                "engine.pipeline.match",
                "for condition in content.conditions\n    )\n",
                "for condition in content.conditions\n    ))\n",
            ),
        ),
    ),
    Defect(
        id="trigger-roles-not-asked",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Roles became conditions, and the trigger's own list of them stayed in the shape alone.",
        changes=(
            Change(
                "engine.pipeline.match",
                "        and (trigger.actor_roles is None or not roles.isdisjoint(trigger.actor_roles))\n",
                "",
            ),
        ),
    ),
    Defect(
        id="trigger-asks-the-context-for-its-source",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="Signal and context both have a source, and the trigger was given that of the context.",
        changes=(
            Change(
                "engine.pipeline.match",
                "any(_fits_signal(trigger, signal, facts.roles) for trigger in triggers)",
                "any(_fits_signal(one, signal, facts.roles, facts.source) for one in triggers)",
            ),
            Change(
                "engine.pipeline.match",
                "signal: Signal, roles: frozenset[str]) -> bool:",
                "signal: Signal, roles: frozenset[str], source: str) -> bool:",
            ),
            Change(
                "engine.pipeline.match",
                "trigger.source == signal.source)",
                "trigger.source == source)",
            ),
        ),
    ),
    Defect(
        id="no-signal-is-an-empty-one",
        kind=Kind.RANKING,
        requirements=("UT-MMM-01", "FR-3"),
        story="A missing signal became an empty one, which a trigger that asks for roles alone fits.",
        changes=(
            Change(
                "engine.pipeline.match",
                "    signal = facts.signal\n"
                "    return signal is not None and any(_fits_signal(trigger, signal, facts.roles)"
                " for trigger in triggers)\n",
                "    signal = facts.signal or Signal()\n"
                "    return any(_fits_signal(trigger, signal, facts.roles) for trigger in triggers)\n",
            ),
            Change(
                "engine.pipeline.match",
                "from engine.values.words import SEVERITY_ORDER\n",
                "from engine.values.surroundings import Signal\n"
                "from engine.values.words import SEVERITY_ORDER\n",
            ),
        ),
    ),
    Defect(
        id="updated-comes-back",
        kind=Kind.RANKING,
        requirements=("FR-3", "UT-MMM-01"),
        story="A deprecated playbook cannot be published, but an update makes a new draft of it.",
        changes=(
            Change(
                "engine.administration.versions",
                """    current = open_for_change(history)
    is_draft""",
                """    current = newest(history)
    is_draft""",
            ),
        ),
    ),
    Defect(
        id="limits-change-in-place",
        kind=Kind.RANKING,
        requirements=("FR-3",),
        story="To tune a priority no new version should be needed, so that limits change what is published.",
        changes=(
            Change(
                "engine.administration.versions",
                '    is_draft = current.status == "draft"\n',
                """    if set(changes) == {"limits"}:
        tuned = current.content.model_copy(update=dict(changes))
        return replace(current, content=tuned, updated_at=now)
    is_draft = current.status == "draft"
""",
            ),
        ),
    ),
    Defect(
        id="deletion-takes-the-draft-alone",
        kind=Kind.RANKING,
        requirements=("FR-3", "UT-MMM-01"),
        story="What is deleted is the revision that the admin sees: what fires below it was forgotten.",
        changes=(
            Change(
                "engine.administration.playbooks",
                """            after = replace(before, status="deprecated", updated_at=now)
            await self._replace(connection, history, after)
""",
                """            after = replace(before, status="deprecated", updated_at=now)
            await playbooks.put(connection, after)
""",
            ),
        ),
    ),
)
