"""Tokens that somebody altered on the way: how each is made of sound ones, and what is written in its place.

Rule: pure; a record has the stand-in, of which the altered token can be made again from the tokens of now.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _otherwise(signature: str, place: int) -> str:
    """Return a signature in which one sign is another."""
    return signature[:place] + ("B" if signature[place] == "A" else "A") + signature[place + 1 :]


def _signed(token: str, change: Callable[[str], str]) -> str:
    """Return a token with the same claims and a signature made of its own."""
    claims, _, signature = token.rpartition(".")
    return f"{claims}.{change(signature)}"


def _with_claims(token: str, other: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{other.split('.')[1]}.{signature}"


# Each of a token and of another one, of which some take a part.
ALTERED: Mapping[str, Callable[[str, str], str]] = {
    "another beginning of its signature": lambda token, _: _signed(token, lambda sign: _otherwise(sign, 0)),
    "another middle of its signature": lambda token, _: _signed(
        token, lambda sign: _otherwise(sign, len(sign) // 2)
    ),
    "half its signature": lambda token, _: _signed(token, lambda sign: sign[: len(sign) // 2]),
    "no signature": lambda token, _: _signed(token, lambda _: ""),
    "the signature": lambda token, other: _signed(token, lambda _: other.rpartition(".")[2]),
    "the claims": _with_claims,
}
BORROWED = frozenset({"the signature", "the claims"})
_STAND_IN = re.compile(rf"<(\S+) with ({'|'.join(ALTERED)})(?: of (\S+))?>")


def altered_stand_in(how: str, token: str, other: str) -> str:
    """Return what is written in place of an altered token; `token`, `other`: what stands for the sound ones.

    >>> altered_stand_in("the claims", "$TOKEN_DEVELOPER", "$TOKEN_ADMIN")
    '<$TOKEN_DEVELOPER with the claims of $TOKEN_ADMIN>'
    """
    return f"<{token} with {how}{f' of {other}' if how in BORROWED else ''}>"


def altered_again(text: str) -> str:
    """Return a text with altered tokens in place of their stand-ins, in which sound tokens stand already.

    >>> altered_again("Bearer <a.b.c with the claims of d.e.f>")
    'Bearer a.e.c'
    """
    return _STAND_IN.sub(lambda found: ALTERED[found[2]](found[1], found[3] or ""), text)
