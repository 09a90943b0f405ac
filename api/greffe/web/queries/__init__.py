"""Queries of recipients over HTTP, for machines and for who is signed in."""
