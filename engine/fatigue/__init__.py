"""Quotas, limits and cool-downs: one atomic step in Redis."""
