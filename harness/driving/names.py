"""Ids of a scenario's own: random, but the same again for the same run seed and scenario."""

from __future__ import annotations

import hashlib
import random
import uuid
from urllib.parse import unquote

# What a canary begins with: a word of everyday texts, so that none tells an engine who asks.
CANARY = "ticket"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
# Ids as customers and their identity services make them. Each has a run of random letters and digits, some of
# each or digits alone, that is long enough to be looked for.
TENANTS = ("{word}", "northwind-{word}", "org_{word}", "{word}.example", "Lakeside-{word}", "{uuid}")
ACTORS = ("{word}", "anna.{word}", "u-{word}", "jonas_{word}", "auth0|{word}", "{uuid}")


class Names:
    """Draws names that no other scenario has.

    >>> Names(7, "a").tenant() == Names(7, "a").tenant()
    True
    >>> Names(7, "a").tenant() == Names(7, "b").tenant()
    False
    """

    def __init__(self, seed: int, scenario: str) -> None:
        self._random = random.Random(f"{seed}:{scenario}")  # noqa: S311 - names need no secrecy, but a replay

    def tenant(self) -> str:
        """Return a tenant id, of no pattern by which an engine could tell a test's from others."""
        return self._shaped(TENANTS)

    def actor(self) -> str:
        """Return an actor id, of no pattern either, which tells nothing of its roles."""
        return self._shaped(ACTORS)

    def repo(self) -> str:
        """Return a repository id."""
        return f"repo-{self.word(8)}"

    def canary(self) -> str:
        """Return a text that is nowhere else: where it turns up, it was copied from where it was put."""
        return CANARY + self.word(16)

    def uuid(self) -> str:
        """Return a UUID in canonical form that names nothing."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _shaped(self, shapes: tuple[str, ...]) -> str:
        word = self.word(10)
        while word.isalpha():  # such a word could be one of a language
            word = self.word(10)
        return self._random.choice(shapes).format(word=word, uuid=self.uuid())

    def word(self, length: int = 8) -> str:
        """Return a lower-case word of letters and digits."""
        return "".join(self._random.choices(_ALPHABET, k=length))


def spelled_out(text: str) -> str:
    """Return a text with what is percent-encoded in it decoded: so ids stand in paths and queries.

    >>> spelled_out("GET /actors/auth0%7Cab12cd34ef/preferences")
    'GET /actors/auth0|ab12cd34ef/preferences'
    """
    return unquote(text)


def canary_of(tenant: str) -> str:
    """Return the canary that lies in what a tenant's givens write.

    >>> canary_of("tenant-1") == canary_of("tenant-1") != canary_of("tenant-2")
    True
    """
    return CANARY + hashlib.sha256(tenant.encode()).hexdigest()[:16]
