"""The tables of engines that knew no migrations: a database of theirs is taken for this revision."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Uuid(as_uuid=False)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create playbooks, decisions with their actions, outcomes, and the outbox."""
    _create_playbooks()
    _create_decisions()
    _create_outcomes()
    _create_outbox()


def _create_playbooks() -> None:
    op.create_table(
        "playbooks",
        sa.Column("playbook_id", ID, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("playbooks_by_status", "playbooks", ["tenant_id", "status"])
    op.create_index("playbooks_by_age", "playbooks", ["tenant_id", "created_at", "playbook_id"])
    op.create_table(
        "playbook_stamps",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("stamp", sa.BigInteger, nullable=False),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", ID, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("actor_type", sa.String(16), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("environment", sa.String(8)),
        sa.Column("repo_id", sa.Text),
        sa.Column("receipt_id", ID, nullable=False),
        sa.Column("policy_snapshot_id", sa.Text),
        sa.Column("degraded", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("decisions_by_age", "decisions", ["tenant_id", "created_at"])
    op.create_table(
        "actions",
        sa.Column("action_id", ID, primary_key=True),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("surfaces", sa.String(32), nullable=False),
        sa.Column("playbook_id", ID, nullable=False),
        sa.Column("playbook_version", sa.String, nullable=False),
        sa.Column("requires_consent", sa.Boolean, nullable=False),
        sa.Column("requires_dual_channel", sa.Boolean, nullable=False),
    )
    op.create_index("actions_by_decision", "actions", ["decision_id"])


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("outcome_id", ID, primary_key=True),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("action_id", ID, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("outcomes_by_action", "outcomes", ["action_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("entry_id", ID, primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("outbox_by_due", "outbox", ["channel", "status", "due_at"])
