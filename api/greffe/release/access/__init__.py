"""Who may come in, and as whom: local accounts, sessions, keys for machines. What they may do then is people.py's."""
