"""People, entries and contents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "people",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("roles", sa.Text, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("instant", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("established", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("contents", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("once", sa.String, unique=True),
    )
    op.create_index("ix_entries_kind", "entries", ["kind"])
    op.create_index("ix_entries_subject", "entries", ["subject"])
    op.create_table(
        "contents",
        sa.Column("checksum", sa.String, primary_key=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """The register is append-only: there is no way back from having one."""
    raise NotImplementedError("restore a copy instead")
