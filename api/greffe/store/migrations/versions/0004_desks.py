"""Desks: decisions that people have not proposed yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "desks",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("item", sa.String, primary_key=True),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("instant", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Forget what was not proposed."""
    op.drop_table("desks")
