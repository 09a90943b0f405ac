"""Reviewing maps: what waits for a decision, what speaks for which, what somebody decided and did not propose yet."""
