"""Driving an engine: what scenarios send, to whom, as whom, and how they look at what comes back."""
