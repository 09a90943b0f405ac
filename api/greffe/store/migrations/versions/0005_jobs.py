"""Jobs: who runs which, what became of each run, which alerts are open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "jobs",
        sa.Column("job", sa.String, primary_key=True),
        sa.Column("handled", sa.String, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.String, nullable=False),
        sa.Column("due", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("again", sa.String, nullable=False),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String, primary_key=True),
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("started", sa.String, nullable=False, index=True),
        sa.Column("ended", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
    )
    op.create_table(
        "job_alerts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("told", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Forget when jobs ran."""
    for name in ("job_alerts", "job_runs", "jobs"):
        op.drop_table(name)
