"""Logs, metrics, audit and trace context."""
