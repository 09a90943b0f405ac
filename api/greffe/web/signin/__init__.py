"""Signing in and out, invitations: how it is established who somebody is."""
