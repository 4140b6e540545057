"""Which words tell somebody what to do (engine.md 1: a mirror never does)."""

from __future__ import annotations

import re

_PRESCRIPTIVE = re.compile(
    r"\b(?:should|must)(?:n['\u2019]t)?\b|\b(?:have|has|need|needs)\s+to\b", re.IGNORECASE
)


def is_prescriptive(text: str) -> bool:
    """Say whether the text prescribes.

    >>> is_prescriptive("You should rebase"), is_prescriptive("One has to, mustn't one?")
    (True, True)
    >>> is_prescriptive("Mustard: 3 of 5 builds failed; haveto, needto")
    False
    """
    return _PRESCRIPTIVE.search(text) is not None
