"""Suppressions by channel, topic and key; tasks for people, disclosures, switches, walks; a keyed head of the trail.

Revision: 0003, after 0002, of 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _suppressions()
    _tasks()
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_digest"), ["digest"], unique=False)
    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "walks",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_walks")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_at", ["at"], unique=False)
    op.add_column("cases", sa.Column("redacted_at", sa.DateTime(), nullable=True))
    op.add_column("audit_head", sa.Column("mac", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("audit_head", sa.Column("key_id", sa.Integer(), nullable=False, server_default="0"))


def _suppressions() -> None:
    """SQLite cannot change a primary key: the list is written anew."""
    op.rename_table("suppressions", "suppressions_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_suppressions RENAME TO pk_suppressions_before")
    op.create_table(
        "suppressions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("topic", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("kind", sa.String(length=8), nullable=False, server_default="email"),
        sa.Column("reason", sa.String(length=16), nullable=False, server_default="unsubscribe"),
        sa.Column("key_id", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "channel", "topic", "case_number", name=op.f("pk_suppressions")),
    )
    op.execute(
        "INSERT INTO suppressions (digest, case_number, since) "
        "SELECT digest, case_number, since FROM suppressions_before"
    )
    op.drop_table("suppressions_before")
    for reason in ("withdraw_consent", "erasure"):  # else the return watch would not know who was destroyed
        _reason(reason)


def _reason(reason: str) -> None:
    """Say of orders that they come from a withdrawal or an erasure, by the step that gave them."""
    orders = sa.table("suppressions", sa.column("case_number"), sa.column("reason"))
    cases = sa.table("cases", sa.column("id"), sa.column("number"))
    steps = sa.table("steps", sa.column("case_id"), sa.column("step"))
    gave = sa.and_(steps.c.step.contains('"kind":"suppress"'), steps.c.step.contains(f'"right":"{reason}"'))
    numbers = sa.select(cases.c.number).join(steps, steps.c.case_id == cases.c.id).where(gave)
    op.execute(sa.update(orders).where(orders.c.case_number.in_(numbers)).values(reason=reason))


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("right", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("warned_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("evidence", sa.Text(), nullable=False, server_default=""),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        for column in ("case_id", "message_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_tasks_{column}"), [column], unique=False)
