"""What the service does by itself, at its hours: claimed by one of several machines, tried again, told when it fails (0018)."""
