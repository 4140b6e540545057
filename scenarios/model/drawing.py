"""What can be drawn: shapes of playbooks, signals, wishes, rules.

Rule: what comes first in a list is the simplest, to which Hypothesis shrinks; what stands twice comes more
often.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scenarios.model.gates import ACTOR_LIMIT, COOLDOWN, REPO_LIMIT
from scenarios.model.outcomes import RESULTS
from scenarios.model.people import BOTH
from scenarios.model.state import SURFACES, TYPES, Condition, Recipe, Template, Trigger

OFFER = Template("", "multiplier", ("ide", "ci"), dual=True)
TEMPLATES = (
    Template("", "mirror", ("ide", "ci")),
    OFFER,
    Template("", "mentor", ("ci", "ide")),
    Template("", "mirror", SURFACES),
    Template("", "multiplier", SURFACES, dual=True),
    Template("", "multiplier", ("ci",)),
    Template("", "mirror", ("alert",)),
)
TRIGGERS = (
    (),
    (),
    (),
    (),
    (Trigger("build.failed"),),
    (Trigger("build.failed", "warn"),),
    (Trigger(severity="warn"),),
    (Trigger(severity="high"),),
    (Trigger("risk.alert"), Trigger("build.failed", "critical")),
)
CONDITIONS = (
    (),
    (),
    (),
    (),
    (),
    (),
    (Condition("branch", "main"),),
    (Condition("repo", "repo-1"),),
    (Condition("role", "developer"), Condition("branch", "main")),
    (Condition("role", "mmm_approver"),),
    (Condition("actor_type", "ai_agent"),),
)
LIMITS = (None, None, None, (ACTOR_LIMIT, 1), (REPO_LIMIT, 1), (REPO_LIMIT, 2), (COOLDOWN, 60))
EVENTS = (
    ("build.failed", "warn"),
    ("build.failed", "critical"),
    ("risk.alert", "critical"),
    ("build.failed", "high"),
    None,
)
QUOTAS = (*[(20, 50)] * 6, (2, 9), (1, 9), (9, 4), (0, 9))
# Parts of a playbook, as an update names them; the name always changes too, so that it is another content.
PARTS = ((), ("actions",), ("triggers",), ("conditions",), ("limits",))


def most_of(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """Draw all of the words, all but one, one alone, or none; those that leave much more often."""
    every = frozenset(words)
    others, alone = [every - {word} for word in words], [frozenset({word}) for word in words]
    return st.sampled_from([*[every] * 4, *others, *others, *alone, frozenset[str]()])


PICK = st.integers(0, 7)
SHAPE = st.builds(
    Recipe,
    name=st.just(""),
    templates=st.lists(st.sampled_from(TEMPLATES), min_size=1, max_size=2).map(tuple),
    priority=st.sampled_from((50, 90, 10)),
    triggers=st.sampled_from(TRIGGERS),
    conditions=st.sampled_from(CONDITIONS),
    limit=st.sampled_from(LIMITS),
)
EVENT = st.sampled_from(EVENTS)
BRANCH = st.sampled_from(("main", "main", "main", "release"))
REPO = st.sampled_from(("repo-1", "repo-1", "repo-2"))
ADMIN = st.sampled_from(("admin", "tenant_admin"))
APPROVING: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {},
    {},
    {"first": True},
    {"first": False},
    {"verdict": "reject"},
    {"name": "dev0"},
)
STATUS = st.sampled_from((None, "published", "draft", "deprecated"))
HOURS = st.sampled_from((1, 8760, 0))
WHOM = st.sampled_from((BOTH, ""))
SIGNAL = {"event": EVENT, "branch": BRANCH, "repo": REPO}
CHANGE = {"pick": PICK, "shape": SHAPE, "parts": st.sampled_from(PARTS), "goes_on": st.booleans()}
THEN = st.sampled_from(("", "decide", "decide", "read"))
RULES = {
    "then": THEN,
    "types": most_of(TYPES),
    "surfaces": most_of(SURFACES),
    "parts": st.sampled_from(("types", "surfaces", "both")),
}
OUTCOME = {
    "pick": PICK,
    "result": st.sampled_from(RESULTS),
    "flaw": st.sampled_from(("", "", "", "", "reason", "decision")),
    "reads": st.booleans(),
}
WISH = {"pick": PICK, "then": THEN}
BY = st.sampled_from(("", "admin"))
APPROVERS = st.tuples(
    st.sampled_from(("actor", "actor", "actor", "approver", "admin", BOTH, "dev3")),
    st.sampled_from(APPROVING),
)
APPROVAL = {"pick": PICK, "who": st.lists(APPROVERS, min_size=1, max_size=4)}
