"""Entries are found by who made them and by when, which staff ask of the register."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
does = {
    "en": "Entries of the register are found by who made them and by their period, without reading all.",
    "fr": "Les entrées du registre se trouvent par leur auteur et par période, sans tout lire.",
}


def upgrade() -> None:
    """Make two indexes. On PostgreSQL who reads does not wait, who enters something waits until they are made (a second for a
    million entries)."""
    op.create_index("ix_entries_actor_instant", "entries", ["actor", "instant"])
    op.create_index("ix_entries_instant", "entries", ["instant"])


def downgrade() -> None:
    """Nothing is lost: they are made of the entries."""
    op.drop_index("ix_entries_instant", "entries")
    op.drop_index("ix_entries_actor_instant", "entries")
