"""Passwords, invitations, sessions, failed attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "passwords",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("hashed", sa.Text, nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("ends_at", sa.String, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("established", sa.String, nullable=False),
        sa.Column("guard", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("seen_at", sa.String, nullable=False),
        sa.Column("ends_at", sa.String, nullable=False),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_table(
        "failures",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("instant", sa.String, nullable=False),
    )
    op.create_index("ix_failures_subject", "failures", ["subject"])


def downgrade() -> None:
    """Forget all of it: people sign in anew."""
    for name in ("failures", "sessions", "invitations", "passwords"):
        op.drop_table(name)
