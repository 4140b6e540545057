"""One decide, end to end: gather, plan, generate, spend, keep, answer."""
