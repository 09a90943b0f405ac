"""Internal codes become the recipient's codes."""
