"""Headers that lead a verifier astray: to other keys, to other rules, to what is no header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.iam import reasons
from fakes.iam.bad.flaw import Flaw
from fakes.iam.keys import ALGORITHM, strangers_key
from fakes.iam.signing import encoded, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import RSAKey

    from fakes.iam.bad.flaw import Forge
    from fakes.iam.claims import Claims
    from fakes.iam.keys import KeyRing


def _with(key: RSAKey, claims: Claims, **header: Any) -> str:  # noqa: ANN401 -- any JSON value
    return signed_bytes(
        encoded({"typ": "JWT", "alg": ALGORITHM, "kid": key.kid, **header}), encoded(claims), key
    )


def _ours(**header: Any) -> Forge:  # noqa: ANN401 -- any JSON value
    return lambda claims, ring: _with(ring.signing.jwk, claims, **header)


def _strangers(**header: Any) -> Forge:  # noqa: ANN401 -- any JSON value
    return lambda claims, _ring: _with(strangers_key(), claims, **header)


def _embedded_key(claims: Claims, ring: KeyRing) -> str:
    stranger = strangers_key()
    return _with(stranger, claims, kid=ring.signing.kid, jwk=stranger.as_dict(private=False))


def _no_kid(claims: Claims, ring: KeyRing) -> str:
    header = {"typ": "JWT", "alg": ALGORITHM}
    return signed_bytes(encoded(header), encoded(claims), ring.signing.jwk)


def _duplicated_alg(claims: Claims, ring: KeyRing) -> str:
    key = ring.signing.jwk
    header = f'{{"alg":"none","typ":"JWT","kid":"{key.kid}","alg":"{ALGORITHM}"}}'
    return signed_bytes(header.encode(), encoded(claims), key)


def _not_json(claims: Claims, ring: KeyRing) -> str:
    return signed_bytes(b"RS256", encoded(claims), ring.signing.jwk)


_ELSEWHERE = "https://keys.elsewhere.test/jwks.json"

HEADER: Mapping[str, Flaw] = {
    "jku_header": Flaw(_strangers(jku=_ELSEWHERE), reasons.KEY, "names an address for its stranger's key"),
    "x5u_header": Flaw(_strangers(x5u=_ELSEWHERE), reasons.KEY, "names an address for a certificate"),
    "embedded_key": Flaw(
        _embedded_key, reasons.SIGNATURE, "under our kid, and brings the stranger's key that signed it (jwk)"
    ),
    "no_kid": Flaw(_no_kid, reasons.KEY, "signed by the right key, and does not say by which"),
    "kid_not_text": Flaw(_ours(kid=7), reasons.KEY, "its kid is a number"),
    "kid_as_path": Flaw(
        _strangers(kid="../../../dev/null"), reasons.KEY, "its kid is a path to an empty file"
    ),
    "kid_as_query": Flaw(
        _strangers(kid="x' UNION SELECT 'secret'--"), reasons.KEY, "its kid is a piece of SQL"
    ),
    "critical_extension": Flaw(
        _ours(crit=["urn:mmm:unheard-of"], **{"urn:mmm:unheard-of": True}),
        reasons.CRITICAL,
        "has an extension that must be understood (crit) and that nobody knows",
    ),
    "empty_crit": Flaw(_ours(crit=[]), reasons.CRITICAL, "has an empty crit, which RFC 7515 forbids"),
    "unencoded_payload": Flaw(
        _ours(b64=False, crit=["b64"]), reasons.CRITICAL, "says that its claims are not encoded (RFC 7797)"
    ),
    "other_type": Flaw(
        _ours(typ="secevent+jwt"), reasons.TYPE, "a security event, soundly signed: no access token"
    ),
    "duplicated_alg": Flaw(_duplicated_alg, reasons.HEADER, "has alg twice: none, then RS256"),
    "header_not_json": Flaw(_not_json, reasons.HEADER, "its header is a word"),
}
