"""What keeps a house alive: backups, restoring them, and a doctor who says what is wrong. See docs/how-to/back-up.md."""
