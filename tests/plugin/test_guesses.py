"""A hash that anybody can make who knows the ids is guessed, even when cut short; a salted one is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from harness.driving.guesses import guessed

T, A = "northwind-ab12cd34ef", "auth0|zy98xw76vu"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


GUESSABLE = {
    "the id alone": sha256(A),
    "cut short": sha256(A)[:12],
    "in capitals": sha256(A).upper(),
    "as a UUID's beginning": f"deleted-{hashlib.md5(A.encode()).hexdigest()[:12]}",  # noqa: S324 - to be guessed
    "joined by nothing": sha256(T + A),
    "joined by a colon": sha256(f"{T}:{A}"),
    "joined by a stop": sha256(f"{T}.{A}"),
    "joined by a null": sha256(f"{T}\0{A}"),
    "the other way round": sha256(f"{A}/{T}"),
    "a JSON array": sha256(json.dumps([T, A])),
    "a compact JSON array": sha256(json.dumps([T, A], separators=(",", ":"))),
    "sha224": hashlib.sha224(f"{T}|{A}".encode()).hexdigest(),
    "sha512": hashlib.sha512(f"{T}|{A}".encode()).hexdigest(),
    "sha3": hashlib.sha3_256(f"{T}|{A}".encode()).hexdigest(),
    **{
        f"blake2b of {size}": hashlib.blake2b(f"{T}:{A}".encode(), digest_size=size).hexdigest()
        for size in (8, 12, 16, 20, 32, 64)
    },
    **{
        f"blake2s of {size}": hashlib.blake2s(f"{T}:{A}".encode(), digest_size=size).hexdigest()
        for size in (8, 12, 16, 20, 32)
    },
    "base64": base64.b64encode(hashlib.sha256(A.encode()).digest()).decode(),
    "base64 of URLs": base64.urlsafe_b64encode(hashlib.sha256(A.encode()).digest()).decode(),
    "by a key that is known": hmac.digest(T.encode(), A.encode(), "sha256").hex(),
}


@pytest.mark.parametrize("made", GUESSABLE.values(), ids=GUESSABLE)
def test_what_has_no_secret_in_it_is_guessed(made: str) -> None:
    assert len(guessed(["deleted-0000", f"deleted-{made}"], T, A)) == 1


@pytest.mark.parametrize(
    "made",
    [
        sha256(f"a salt that nobody knows{A}"),
        hmac.digest(b"a key that nobody knows", f"{T}:{A}".encode(), "sha256").hex(),
        sha256(f"{T}:somebody else"),
        "0" * 64,
        "",
    ],
    ids=["salted", "keyed", "of another actor", "constant", "nothing"],
)
def test_what_has_one_is_not(made: str) -> None:
    assert guessed([f"deleted-{made}"], T, A) == []
