"""Values for the pure tests, and how Hypothesis makes them."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from engine.values.action import Action
from engine.values.playbook import Content, Limits, Playbook, QuietHours
from engine.values.published import Published
from engine.values.surroundings import Facts, PolicyVerdict, Signal, Snapshot, Standards, Surroundings
from engine.values.words import ACTION_TYPES, SEVERITY_ORDER

NO_QUIET_HOURS = QuietHours(start=0, end=0)
SNAPSHOT = Snapshot(
    allowed=True,
    policy_snapshot_id="snapshot-1",
    policy_version_ids=("version-1",),
    restrictions=frozenset(),
    snapshot_hash="sha256:" + "0" * 64,
)
OPEN = Standards(allowed=True, restrictions=frozenset())


def facts(**more: Any) -> Facts:
    members: dict[str, Any] = {
        "tenant_id": "tenant-1",
        "actor_id": "actor-1",
        "actor_type": "human",
        "claimed_type": "human",
        "roles": frozenset(("developer",)),
        **more,
    }
    return Facts(**members)


def template(type_: str = "mirror", **more: Any) -> dict[str, Any]:
    return {"type": type_, "surfaces": ["ide"], "payload": {"title": "Title", "body": "Body"}, **more}


def playbook(*actions: dict[str, Any], number: int = 1, **content: Any) -> Playbook:
    members = {"name": "Name", "actions": list(actions) or [template()], **content}
    return Playbook(
        playbook_id=str(UUID(int=number)), content=Content.model_validate_json(json.dumps(members))
    )


def action(type_: Any = "mirror", number: int = 1, **more: Any) -> Action:
    members: dict[str, Any] = {
        "action_id": str(UUID(int=number)),
        "type": type_,
        "surfaces": ("ide",),
        "title": "Title",
        "body": "Body",
        "rationale": None,
        "requires_consent": False,
        "requires_dual_channel": False,
        "playbook_id": str(UUID(int=1)),
        "playbook_version": "1.0.0",
        "limits": Limits(),
        **more,
    }
    return Action(**members)


def surroundings(**more: Any) -> Surroundings:
    members: dict[str, Any] = {
        "policy": PolicyVerdict(SNAPSHOT),
        "standards": OPEN,
        "recent_signals": (),
        "quiet_hours": NO_QUIET_HOURS,
        "playbooks": Published(),
        "unavailable": frozenset(),
        **more,
    }
    return Surroundings(**members)


def signal(**more: Any) -> Signal:
    return Signal(**more)


hours = st.integers(0, 23)
quiet_hours = st.builds(QuietHours, start=hours, end=hours)
types = st.sampled_from(ACTION_TYPES)
restrictions = st.frozensets(types)
severities = st.sampled_from(sorted(SEVERITY_ORDER))
snapshots = st.builds(
    lambda allowed, taken: Snapshot(allowed, "snapshot", (), taken, SNAPSHOT.snapshot_hash),
    st.booleans(),
    restrictions,
)
verdicts = st.builds(PolicyVerdict, st.none() | snapshots, st.booleans())
standards = st.builds(Standards, st.booleans(), restrictions)
limits = st.builds(Limits) | st.builds(Limits, quiet_hours=quiet_hours)
actions = st.lists(
    st.builds(action, types, st.integers(1, 10**6), limits=limits),
    max_size=8,
    unique_by=lambda a: a.action_id,
).map(tuple)
playbooks = st.lists(
    st.builds(
        lambda number, name, priority: playbook(number=number, name=name, limits={"priority": priority}),
        st.integers(1, 10**6),
        st.text("ab", min_size=1, max_size=3),
        st.integers(0, 3),
    ),
    max_size=8,
    unique_by=lambda p: p.playbook_id,
)
