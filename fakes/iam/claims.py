"""What claims must be for a token to vouch for somebody: pure functions, each returns the reason why not.

Rule: a claim counts only if it is what it should be; nothing is read as something else ("1" is no time, true
is no number, one text is no list).
"""

from __future__ import annotations

import unicodedata
from typing import Any

from fakes.iam import reasons
from fakes.shape.clock import rfc3339

ISSUER = "https://iam.mmm.test"
AUDIENCE = "mmm-engine"
LAST_SECOND = 253_402_300_799  # the end of the year 9999: no later time can be written in RFC 3339
_NAME_MAX = 200
_NAMES = ("sub", "tenant_id", "actor_type", "jti")
# Controls, formats (bidirectional overrides, joiners), line and paragraph separators, lone surrogates.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Claims = dict[str, Any]


def visible(text: str) -> bool:
    r"""Say whether each character can be seen: two names must not differ by one that cannot.

    >>> visible("tenant 1"), visible("tenant\u202e1"), visible("tenant\x00")
    (True, False, False)
    """
    plain = text.isascii() and text.isprintable()
    return plain or not any(unicodedata.category(character) in _UNSEEN for character in text)


def shape_problem(claims: Claims) -> str | None:
    """Say which claim is missing or not of its type."""
    for name in _NAMES:
        value = claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _NAME_MAX:
            return reasons.no_text(name)
        if not visible(value):
            return reasons.unseen(name)
    return _words_problem(claims) or _times_problem(claims)


def _words_problem(claims: Claims) -> str | None:
    roles = claims.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) and role for role in roles):
        return reasons.no_words("roles")
    if not all(visible(role) for role in roles):
        return reasons.unseen("roles")
    if not isinstance(claims.get("scope"), str):
        return reasons.no_text("scope")
    return None


def _times_problem(claims: Claims) -> str | None:
    for name, value in (
        ("exp", claims.get("exp")),
        ("iat", claims.get("iat")),
        ("nbf", claims.get("nbf", 0)),
    ):
        if type(value) is not int or not abs(value) <= LAST_SECOND:
            return reasons.no_time(name)
    return None


def party_problem(claims: Claims) -> str | None:
    """Say whether the token is somebody else's, or for somebody else."""
    if claims.get("iss") != ISSUER:
        return reasons.ISSUER
    audience = claims.get("aud")
    if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        return reasons.AUDIENCE
    return None


def time_problem(claims: Claims, now: float) -> str | None:
    """Say whether the token is over, or has not begun."""
    if claims["exp"] <= now:
        return reasons.EXPIRED
    if claims.get("nbf", 0) > now:
        return reasons.EARLY
    return reasons.FUTURE if claims["iat"] > now else None


def answer_of(claims: Claims) -> Claims:
    """Return the body of a good /verify."""
    known = {
        "sub": claims["sub"],
        "tenant_id": claims["tenant_id"],
        "actor_type": claims["actor_type"],
        "roles": claims["roles"],
        "scope": claims["scope"].split(),
        "valid_until": rfc3339(claims["exp"]),
    }
    return {"valid": True, **known, "claims": known}
