"""The harness: starts an engine in a world of fakes and real storage, watches it, and judges what it saw."""
