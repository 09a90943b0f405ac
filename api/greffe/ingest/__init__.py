"""An internal extract becomes rows."""
