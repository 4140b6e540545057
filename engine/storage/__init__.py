"""Durable state: PostgreSQL or SQLite, one code path."""
