"""What others read: each module turns a run's story into one format's text.

Rule: pure functions; the same story gives the same text, byte for byte.
"""
