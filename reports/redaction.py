"""Nothing secret is recorded: tokens, private keys and known secrets are replaced before anything is kept.

Rule: what `redact` leaves is what `secrets_in` finds nothing in; the pack is refused otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "<redacted>"

# Base64url of `{"` begins with eyJ; two dots make a JWT (signed or not), four an encrypted one.
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){2,4}")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"
    r"(?:[A-Za-z0-9+/=\s\\:,]|-(?!-))*"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY-----)?"
)
_SECRET_HEADERS = frozenset({"cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"})
_CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization"})
LEAST_SECRET = 6


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without tokens, private keys and the given secrets.

    >>> redact('{"password": "kept-with-care"}', ["kept-with-care"])
    '{"password": "<redacted>"}'
    """
    for form in _forms(secrets):
        text = text.replace(form, REDACTED)
    text = _PRIVATE_KEY.sub("<private key>", text)
    return _JWT.sub(lambda match: fingerprint(match[0]), text)


def redact_headers(
    headers: Iterable[tuple[str, str]], secrets: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the headers, in order, without credentials; the scheme of an Authorization stays.

    >>> redact_headers([("authorization", "Bearer abc"), ("accept", "*/*")])
    (('authorization', 'Bearer <token:ba7816bf8f01>'), ('accept', '*/*'))
    """
    known = tuple(secrets)
    return tuple((name, _header(name.lower(), value, known)) for name, value in headers)


def secrets_in(text: str) -> tuple[str, ...]:
    """Name the kinds of secret that are still in a text; nothing that was redacted has any."""
    patterns = (("a JWT-shaped string", _JWT), ("a private key block", _PRIVATE_KEY))
    return tuple(name for name, pattern in patterns if pattern.search(text))


def fingerprint(token: str) -> str:
    """Return what stands for a token: enough to tell two apart, nothing to use.

    >>> fingerprint("abc")
    '<token:ba7816bf8f01>'
    """
    return f"<token:{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}>"


def _header(name: str, value: str, secrets: tuple[str, ...]) -> str:
    if name in _SECRET_HEADERS:
        return REDACTED
    if name not in _CREDENTIAL_HEADERS:
        return redact(value, secrets)
    scheme, space, credentials = value.partition(" ")
    if not space:
        return value if scheme.lower() in {"", "bearer", "basic"} else REDACTED
    if not credentials.strip():
        return value
    return f"{scheme} {fingerprint(credentials) if scheme.lower() == 'bearer' else REDACTED}"


def _forms(secrets: Iterable[str]) -> list[str]:
    """Every way in which the secrets may stand in a text, longest first; too short ones would hit words."""
    plain = {secret for secret in secrets if len(secret) >= LEAST_SECRET}
    escaped = {json.dumps(secret)[1:-1] for secret in plain} | {quote(secret, safe="") for secret in plain}
    return sorted(plain | escaped, key=len, reverse=True)
