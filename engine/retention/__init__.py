"""Forgets what is older than governance allows."""
