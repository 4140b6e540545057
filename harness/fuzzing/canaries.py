"""Credentials that we send to see whether they are refused: none has ever been good for anything.

Rule: pure; a record has the stand-in, of which the credential can be made again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

WORD = 16
SHORT = 8
DIGITS_OF_KEYS = str.maketrans("0189", "GHJK")
STAND_IN = re.compile(r"<(cloud key|password) ([0-9a-f]{8})>")


@dataclass(frozen=True, slots=True)
class Canary:
    """A credential of a kind; the same name makes the same."""

    kind: str
    name: str

    @property
    def secret(self) -> str:
        """Return the credential."""
        word = hashlib.sha256(self.name.encode()).hexdigest()[:WORD]
        if self.kind == "password":
            return f"password = 'Tr0ub4dor-{word}'"
        return "AKIA" + word.upper().translate(DIGITS_OF_KEYS)

    @property
    def stand_in(self) -> str:
        """Return what is written in its place."""
        return f"<{self.kind} {self.name}>"


def canaries(place: str) -> tuple[Canary, ...]:
    """Return one of each kind for a place."""
    name = hashlib.sha256(place.encode()).hexdigest()[:SHORT]
    return Canary("cloud key", name), Canary("password", name)


def made_again(text: str) -> str:
    """Return a text with credentials in place of their stand-ins.

    >>> made_again(f"a {Canary('cloud key', '00000000').stand_in}")
    'a AKIA7EG7HFDKBG23EDJF'
    """
    return STAND_IN.sub(lambda found: Canary(found[1], found[2]).secret, text)
