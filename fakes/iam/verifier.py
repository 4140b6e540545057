"""Whether a token vouches for anybody, now.

Rules: a signature is checked once for each token (and remembered); key, time and revocation at each call.
Whatever is wrong is one sentence of `reasons`. What is parsed is parsed by `compact`, and what proves it is
`cryptography` itself: the JWT library makes tokens and keys, and two libraries judge it in the tests.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from fakes.http.answer import Answer
from fakes.iam import reasons
from fakes.iam.claims import answer_of, party_problem, shape_problem, time_problem
from fakes.iam.compact import Compact, json_object, segment_bytes, split
from fakes.iam.keys import ALGORITHM, KeyRing, RingKey

if TYPE_CHECKING:
    from fakes.iam.revocations import Revocations
    from fakes.shape.clock import Clock

_REMEMBERED = 20_000
_HEADERS_REMEMBERED = 64
_LONGEST = 16_384
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_PADDING, _HASH = PKCS1v15(), SHA256()


class NotVouchedError(Exception):
    """The token vouches for nobody; the message says why."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a token with a good signature says; `answer` is what /verify says of it."""

    kid: str
    claims: dict[str, Any]
    answer: Answer


class Verifier:
    """Verifies tokens against a ring of keys and a list of the revoked."""

    def __init__(self, ring: KeyRing, clock: Clock, revoked: Revocations) -> None:
        self._ring = ring
        self._clock = clock
        self._revoked = revoked
        self._seen: dict[str, Vouched] = {}
        self._kids: dict[str, str] = {}

    def verify(self, token: str) -> Vouched:
        """Return what the token says, if it is good now."""
        now = self._clock()
        vouched = self._seen.get(token) or self._read(token, now)
        problem = self._standing_problem(vouched, now)
        if problem is not None:
            raise NotVouchedError(problem)
        return vouched

    def peek(self, token: str) -> dict[str, Any]:
        """Return what the token claims, unchecked: to tell requests apart, for nothing else."""
        seen = self._seen.get(token)
        return seen.claims if seen is not None else unchecked_claims(token)

    def _standing_problem(self, vouched: Vouched, now: float) -> str | None:
        if self._ring.find(vouched.kid, now) is None:
            return reasons.KEY
        problem = time_problem(vouched.claims, now)
        if problem is None and self._revoked.hold(vouched.claims["jti"], now):
            return reasons.REVOKED
        return problem

    def _read(self, token: str, now: float) -> Vouched:
        key, claims = self._signed_claims(token, now)
        problem = shape_problem(claims) or party_problem(claims)
        if problem is not None:
            raise NotVouchedError(problem)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        answer = Answer(200, msgspec.json.encode(answer_of(claims)))
        vouched = self._seen[token] = Vouched(key.kid, claims, answer)
        return vouched

    def _signed_claims(self, token: str, now: float) -> tuple[RingKey, dict[str, Any]]:
        """Return the claims under a good RS256 signature of one of the ring's keys, and that key."""
        if len(token) > _LONGEST:
            raise NotVouchedError(reasons.TOO_LONG)
        compact = split(token)
        if compact is None:
            raise NotVouchedError(reasons.FORM)
        key = self._ring.find(self._kid(compact.header), now)
        if key is None:
            raise NotVouchedError(reasons.KEY)
        check_signature(compact, key)
        claims = _object(compact.payload)
        if claims is None:
            raise NotVouchedError(reasons.PAYLOAD)
        return key, claims

    def _kid(self, segment: str) -> str:
        """Return the kid of a sound header: a key's tokens all have the same one, so it is remembered."""
        known = self._kids.get(segment)
        if known is not None:
            return known
        kid = sound_kid(_object(segment))
        if len(self._kids) >= _HEADERS_REMEMBERED:
            self._kids.clear()
        self._kids[segment] = kid
        return kid


def sound_kid(header: dict[str, Any] | None) -> str:
    """Return the kid of a header with which one may go on."""
    if header is None:
        raise NotVouchedError(reasons.HEADER)
    problem = header_problem(header)
    kid = header.get("kid")
    if problem is not None or not isinstance(kid, str):
        raise NotVouchedError(problem or reasons.KEY)
    return kid


def header_problem(header: dict[str, Any]) -> str | None:
    """Say what in a header forbids to go on; where it says that keys are to be found, nobody looks."""
    if header.get("alg") != ALGORITHM:
        return reasons.ALGORITHM
    if "crit" in header or "b64" in header:
        return reasons.CRITICAL
    kind = header.get("typ", "JWT")
    return None if isinstance(kind, str) and kind.lower() in _TYPES else reasons.TYPE


def check_signature(compact: Compact, key: RingKey) -> None:
    """Refuse a token whose signature is not this key's."""
    signature = segment_bytes(compact.signature)
    if signature is None:
        raise NotVouchedError(reasons.FORM)
    try:
        key.jwk.public_key.verify(signature, compact.signed, _PADDING, _HASH)
    except InvalidSignature:
        raise NotVouchedError(reasons.SIGNATURE) from None


def _object(segment: str) -> dict[str, Any] | None:
    data = segment_bytes(segment)
    return None if data is None else json_object(data)


def unchecked_claims(token: str) -> dict[str, Any]:
    """Return what stands in the second part of a token, or nothing."""
    try:
        payload = token.split(".")[1]
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(data, type=dict[str, Any])
    except (IndexError, ValueError, RecursionError):
        return {}
