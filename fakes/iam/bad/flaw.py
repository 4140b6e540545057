"""What a bad token is: one thing wrong with a token that is sound otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.iam.claims import Claims

if TYPE_CHECKING:
    from fakes.iam.keys import KeyRing

Forge = Callable[[Claims, "KeyRing"], str]
"""Make the token of a sound token's claims; where the flaw is in a claim, the claims are changed, too."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """How to make one, its story, and the reason that a correct verifier gives.

    `travels`: it fits into an Authorization header (RFC 6750), so that a caller of an engine can send it.
    """

    forge: Forge
    reason: str
    story: str
    travels: bool = True
