"""Receipts over HTTP: for recipients' machines with a key, each for its own deliveries."""
