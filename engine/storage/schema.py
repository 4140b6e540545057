"""The tables. Every query of this package runs on one of the keys or indexes here.

Rule: what changes here gets a migration in `engine.storage.migrations`; a test compares both.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, func

from engine.storage.types import AnyText, CanonicalId, UtcTime

METADATA = MetaData()

PLAYBOOKS = Table(
    "playbooks",
    METADATA,
    Column("playbook_id", CanonicalId, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("tenant_id", AnyText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("playbooks_by_status", "tenant_id", "status"),
    Index("playbooks_by_age", "tenant_id", "created_at", "playbook_id"),
)

# Changes with every change of a tenant's playbooks, so that a replica knows when to read them again.
STAMPS = Table(
    "playbook_stamps",
    METADATA,
    Column("tenant_id", AnyText, primary_key=True),
    Column("stamp", BigInteger, nullable=False),
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("decision_id", CanonicalId, primary_key=True),
    Column("tenant_id", AnyText, nullable=False),
    Column("actor_id", AnyText, nullable=False),
    Column("actor_type", String(16), nullable=False),
    Column("source", String(8), nullable=False),
    Column("environment", String(8)),
    Column("repo_id", AnyText),
    Column("receipt_id", CanonicalId, nullable=False),
    Column("policy_snapshot_id", AnyText),
    Column("degraded", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("decisions_by_age", "tenant_id", "created_at"),
    Index("decisions_by_actor", "tenant_id", "actor_id"),
)

# `created_at` is its decision's: with a tenant's decisions to join, counting a week took fifty times as long.
# The default is for replicas of an older version, which do not know the column.
ACTIONS = Table(
    "actions",
    METADATA,
    Column("action_id", CanonicalId, primary_key=True),
    Column("decision_id", CanonicalId, nullable=False),
    Column("tenant_id", AnyText, nullable=False),
    Column("type", String(16), nullable=False),
    Column("surfaces", String(32), nullable=False),
    Column("playbook_id", CanonicalId, nullable=False),
    Column("playbook_version", String, nullable=False),
    Column("requires_consent", Boolean, nullable=False),
    Column("requires_dual_channel", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Index("actions_by_decision", "decision_id"),
    Index("actions_by_age", "tenant_id", "created_at", "type"),
)

OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("outcome_id", CanonicalId, primary_key=True),
    Column("decision_id", CanonicalId, nullable=False),
    Column("action_id", CanonicalId, nullable=False),
    Column("tenant_id", AnyText, nullable=False),
    Column("actor_id", AnyText, nullable=False),
    Column("result", String(16), nullable=False),
    Column("reason", AnyText),
    Column("created_at", UtcTime, nullable=False),
    Index("outcomes_by_action", "action_id"),
    Index("outcomes_by_age", "tenant_id", "created_at", "result"),
    Index("outcomes_by_actor", "tenant_id", "actor_id"),
)

# One row for each actor that ever said what it wants; who never did has the defaults.
PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("preference_id", CanonicalId, primary_key=True),
    Column("tenant_id", AnyText, nullable=False),
    Column("actor_id", AnyText, nullable=False),
    Column("opt_out_categories", String(32), nullable=False),
    Column("preferred_surfaces", String(32), nullable=False),
    Column("snooze_until", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("preferences_by_actor", "tenant_id", "actor_id", unique=True),
)

TENANT_POLICIES = Table(
    "tenant_policies",
    METADATA,
    Column("policy_id", CanonicalId, primary_key=True),
    Column("tenant_id", AnyText, nullable=False),
    Column("enabled_surfaces", String(32), nullable=False),
    Column("enabled_action_types", String(32), nullable=False),
    Column("max_actions_per_hour", BigInteger, nullable=False),
    Column("max_actions_per_day", BigInteger, nullable=False),
    Column("quiet_start", Integer),
    Column("quiet_end", Integer),
    Column("safety_critical", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("tenant_policies_by_tenant", "tenant_id", unique=True),
)

EXPERIMENTS = Table(
    "experiments",
    METADATA,
    Column("experiment_id", CanonicalId, primary_key=True),
    Column("tenant_id", AnyText, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("experiments_by_age", "tenant_id", "created_at", "experiment_id"),
)

# One row for each action that needs dual-channel approval, made with its decision.
APPROVALS = Table(
    "approvals",
    METADATA,
    Column("approval_id", CanonicalId, primary_key=True),
    Column("action_id", CanonicalId, nullable=False),
    Column("decision_id", CanonicalId, nullable=False),
    Column("tenant_id", AnyText, nullable=False),
    Column("actor_id", AnyText, nullable=False),
    Column("approver_id", AnyText),
    Column("status", String(16), nullable=False),
    Column("first_approval_at", UtcTime),
    Column("second_approval_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("approvals_by_action", "action_id", unique=True),
    Index("approvals_by_decision", "decision_id"),
    Index("approvals_by_actor", "tenant_id", "actor_id"),
    Index("approvals_by_approver", "tenant_id", "approver_id"),
)

# What must reach another service. `due_at` is when it may next be tried, by any replica.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("entry_id", CanonicalId, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("tenant_id", AnyText, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("outbox_by_due", "channel", "status", "due_at"),
)

# Work that one replica does for all, now and then. `due_at` is when anybody may begin it, or take it over.
JOBS = Table(
    "jobs",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("holder", CanonicalId),
    Column("due_at", UtcTime, nullable=False),
)
