"""The corpus: findings of past runs, each a file that a later run repeats before anything else."""

from __future__ import annotations

from harness.corpus.past import Past, pasts_of, read_corpus, write_corpus
from harness.corpus.repeat import ended, repeat_past

__all__ = ["Past", "ended", "pasts_of", "read_corpus", "repeat_past", "write_corpus"]
