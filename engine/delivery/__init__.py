"""Brings what waits in the outbox to ERIS and to alerting."""
