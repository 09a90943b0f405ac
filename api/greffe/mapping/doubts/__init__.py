"""What a human expert must confirm: every decision, type, calculation, gap and code that nobody has verified."""
