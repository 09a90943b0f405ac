"""Alembic migrations of the register; they run when it is opened."""
