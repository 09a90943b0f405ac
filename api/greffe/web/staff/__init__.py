"""The workbench: pages of people who are signed in. What they may do is decided in the core, not here."""
