"""The corpus: findings of past runs, each a file that a later run repeats before anything else."""

from __future__ import annotations

from harness.corpus.past import Past, pasts_of, read_corpus, write_corpus
from harness.corpus.repeat import repeat_corpus, repeat_past

__all__ = ["Past", "pasts_of", "read_corpus", "repeat_corpus", "repeat_past", "write_corpus"]
