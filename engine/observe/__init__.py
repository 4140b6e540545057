"""Logs, metrics, audit and traces."""
