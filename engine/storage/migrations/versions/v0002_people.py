"""What admins and actors say, approvals, and all that counting, forgetting and erasing need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.Uuid(as_uuid=False)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the new tables, give actions their time, and index ages and actors."""
    _create_preferences()
    _create_tenant_policies()
    _create_experiments()
    _create_approvals()
    _create_jobs()
    _await_approvals()
    _give_actions_their_time()
    _index_ages_and_actors()


def _create_preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("preference_id", ID, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("opt_out_categories", sa.String(32), nullable=False),
        sa.Column("preferred_surfaces", sa.String(32), nullable=False),
        sa.Column("snooze_until", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("preferences_by_actor", "preferences", ["tenant_id", "actor_id"], unique=True)


def _create_tenant_policies() -> None:
    op.create_table(
        "tenant_policies",
        sa.Column("policy_id", ID, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("enabled_surfaces", sa.String(32), nullable=False),
        sa.Column("enabled_action_types", sa.String(32), nullable=False),
        sa.Column("max_actions_per_hour", sa.BigInteger, nullable=False),
        sa.Column("max_actions_per_day", sa.BigInteger, nullable=False),
        sa.Column("quiet_start", sa.Integer),
        sa.Column("quiet_end", sa.Integer),
        sa.Column("safety_critical", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("tenant_policies_by_tenant", "tenant_policies", ["tenant_id"], unique=True)


def _create_experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("experiment_id", ID, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("experiments_by_age", "experiments", ["tenant_id", "created_at", "experiment_id"])


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", ID, primary_key=True),
        sa.Column("action_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("approver_id", sa.Text),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("first_approval_at", TIME),
        sa.Column("second_approval_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("approvals_by_action", "approvals", ["action_id"], unique=True)
    op.create_index("approvals_by_decision", "approvals", ["decision_id"])
    op.create_index("approvals_by_actor", "approvals", ["tenant_id", "actor_id"])
    op.create_index("approvals_by_approver", "approvals", ["tenant_id", "approver_id"])


def _await_approvals() -> None:
    """Let what was proposed before be approved, too: an action has one, so its id serves for both."""
    op.execute(
        "INSERT INTO approvals (approval_id, action_id, decision_id, tenant_id, actor_id, status,"
        " created_at, updated_at)"
        " SELECT a.action_id, a.action_id, a.decision_id, a.tenant_id, d.actor_id, 'pending',"
        " d.created_at, d.created_at"
        " FROM actions a JOIN decisions d ON d.decision_id = a.decision_id WHERE a.requires_dual_channel"
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("holder", ID),
        sa.Column("due_at", TIME, nullable=False),
    )


def _give_actions_their_time() -> None:
    """Add the time of their decision; SQLite, which cannot add such a column, copies the table."""
    with op.batch_alter_table("actions") as altered:
        altered.add_column(sa.Column("created_at", TIME, nullable=False, server_default=sa.func.now()))
    actions, decisions = _table("actions"), _table("decisions")
    made = sa.select(decisions.c.created_at).where(decisions.c.decision_id == actions.c.decision_id)
    known = sa.exists().where(decisions.c.decision_id == actions.c.decision_id)
    op.execute(sa.update(actions).where(known).values(created_at=made.scalar_subquery()))


def _index_ages_and_actors() -> None:
    op.create_index("decisions_by_actor", "decisions", ["tenant_id", "actor_id"])
    op.create_index("actions_by_age", "actions", ["tenant_id", "created_at", "type"])
    op.create_index("outcomes_by_age", "outcomes", ["tenant_id", "created_at", "result"])
    op.create_index("outcomes_by_actor", "outcomes", ["tenant_id", "actor_id"])


def _table(name: str) -> sa.TableClause:
    return sa.table(name, sa.column("decision_id", ID), sa.column("created_at", TIME))
