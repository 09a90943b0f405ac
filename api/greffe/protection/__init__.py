"""What must not be seen is taken out before anything is written."""
