"""Every open question has its own row, valid signatures are remembered, a flood waits, reminders are noted.

Revision: 0002, after 0001, of 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_questions_case_id_cases")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_questions")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questions_case_id"), ["case_id"], unique=False)
    op.execute(
        "INSERT INTO questions (token_hash, case_id, asked_at, rights) "
        "SELECT token_hash, id, opened_at, '[]' FROM cases WHERE token_hash IS NOT NULL"
    )
    op.create_table(
        "signatures",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("letter_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_signatures")),
    )
    op.add_column("letters", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    for moment in ("reminded_at", "drafted_at", "objected_at"):
        op.add_column("cases", sa.Column(moment, sa.DateTime(), nullable=True))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_opened", ["opened_at"], unique=False)
    op.add_column("cases", sa.Column("reopened", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("counted_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("steps", sa.Column("traces", sa.Text(), nullable=True))
