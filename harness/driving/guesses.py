"""What anybody would guess who knows an actor's id and looks for what stands for it once it is erased.

Rule: pure. A guess is a hash without a secret, of the id alone or with its tenant's, joined in any usual way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Hash = Callable[[bytes], bytes]
    Blake = type[hashlib.blake2b | hashlib.blake2s]

_JOINTS = ("", ":", "::", "/", "|", "-", "_", ".", ",", ";", "#", "@", " ", "\n", "\0")
_KINDS = (
    *("md5", "sha1", "sha224", "sha256", "sha384", "sha512"),
    *("sha3_224", "sha3_256", "sha3_384", "sha3_512"),
)
# A hash of BLAKE2 is another one for each length.
_BLAKES: Mapping[str, tuple[Blake, int]] = {
    "blake2b": (hashlib.blake2b, 64),
    "blake2s": (hashlib.blake2s, 32),
}
_LENGTHS = (8, 12, 16, 20, 24, 28, 32, 48, 64)
# So few bytes as nobody would shorten a hash to; of which base64 makes whole characters, too.
_LEAST = 6


def guessed(words: Iterable[str], tenant: str, actor: str) -> list[str]:
    """Return the guesses, by how they are made, that some of these words have in them.

    >>> guessed(["deleted-" + hashlib.sha256(b"t:a").hexdigest()[:24]], "t", "a")
    ["sha256 of 't:a'"]
    >>> guessed(["deleted-" + hashlib.sha256(b"salt t:a").hexdigest()], "t", "a")
    []
    """
    seen = "\n".join(form for word in words for form in (word, word.lower()))
    return [how for how, digest in _guesses(tenant, actor) if any(form in seen for form in _forms(digest))]


def _guesses(tenant: str, actor: str) -> Iterator[tuple[str, bytes]]:
    for kind, make in _hashes().items():
        for text in dict.fromkeys(_texts(tenant, actor)):
            yield f"{kind} of {text!r}", make(text.encode())
    for kind in _KINDS:
        for key, text in permutations((tenant, actor)):
            yield f"hmac-{kind} of {text!r} by {key!r}", hmac.digest(key.encode(), text.encode(), kind)


def _texts(tenant: str, actor: str) -> Iterator[str]:
    yield actor
    for ids in permutations((tenant, actor)):
        yield from (joint.join(ids) for joint in _JOINTS)
        yield from (json.dumps(ids), json.dumps(ids, separators=(",", ":")))


def _hashes() -> Mapping[str, Hash]:
    plain: dict[str, Hash] = {kind: partial(_digest, kind) for kind in _KINDS}
    return plain | {
        f"{kind} of {size} bytes": partial(_blake, make, size)
        for kind, (make, most) in _BLAKES.items()
        for size in _LENGTHS
        if size <= most
    }


def _digest(kind: str, text: bytes) -> bytes:
    return hashlib.new(kind, text).digest()


def _blake(make: Blake, size: int, text: bytes) -> bytes:
    return make(text, digest_size=size).digest()


def _forms(digest: bytes) -> Iterator[str]:
    begin = digest[:_LEAST]
    yield begin.hex()
    yield base64.b64encode(begin).decode()
    yield base64.urlsafe_b64encode(begin).decode()
