"""Why a token vouches for nobody: one sentence for each reason, in /verify's 401 and in the catalogue.

Rule: the first thing that is wrong, in the order in which a correct verifier looks: form, header, key,
signature, claims, whom the token is from and for, time, revocation.
"""

from __future__ import annotations

TOO_LONG = "the token is too long"
FORM = "not three base64url segments parted by dots"
HEADER = "the header is no JSON object, or has a member twice"
ALGORITHM = "alg is not RS256"
CRITICAL = "the header has extensions that must be understood and are not"
TYPE = "typ names another kind of token"
KEY = "no key of that kid"
SIGNATURE = "the signature does not fit"
PAYLOAD = "the claims are no JSON object, or one of them is there twice"
ISSUER = "another issuer"
AUDIENCE = "another audience"
EXPIRED = "the token has expired"
EARLY = "the token is not valid yet"
FUTURE = "the token was issued in the future"
REVOKED = "the token was revoked"


def no_text(claim: str) -> str:
    """Say that a claim is missing, or not a text of 1 to 200 characters."""
    return f"claim {claim} is missing or no text"


def no_words(claim: str) -> str:
    """Say that a claim is missing, or no list of texts."""
    return f"claim {claim} is missing or no list of texts"


def no_time(claim: str) -> str:
    """Say that a claim is missing, or no time that there can be."""
    return f"claim {claim} is missing or no time in whole seconds"


def unseen(claim: str) -> str:
    """Say that a claim has characters that nobody can see."""
    return f"claim {claim} has characters that cannot be seen"
