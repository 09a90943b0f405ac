"""Secrets of keys for machines, and when a key was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "key_secrets",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("ends_at", sa.String, nullable=False),
    )
    op.create_index("ix_key_secrets_key", "key_secrets", ["key"])
    op.create_table(
        "key_uses",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("used_at", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Forget them: keys are made anew."""
    for name in ("key_uses", "key_secrets"):
        op.drop_table(name)
