"""Secrets leave a fake as fingerprints: `<token:FIRST 12 HEX OF SHA256>`.

Rule: pure; what is replaced are the tokens that a request is known by, whatever looks like a secret, and what
stands in a header, a member or a field whose name says that it is one. What was replaced stays as it is when
it comes by once more.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")
# All that ERIS takes for a secret in a receipt is among these, so that its refusal tells nobody what it was.
_LOOKS_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}",
    re.IGNORECASE | re.DOTALL,
)
_SAID_SECRET = re.compile(
    r"(?P<before>\b(?:password|passwd|secret|api[_-]?key)\s*[=:]\s*)(?!<token:)(?P<value>\S{6,})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<before>\bbearer\s+)(?P<value>[A-Za-z0-9._~+/-]{16,}=*)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"<token:[0-9a-f]{12}>")
_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_SECRET_HEADERS = frozenset({"cookie", "set-cookie", "x-api-key", "x-auth-token"})
_SECRET_NAMES = frozenset(
    {
        "token",
        "access_token",
        "refresh_token",
        "id_token",
        "password",
        "secret",
        "client_secret",
        "api_key",
        "apikey",
    }
)
# A field of a query or a form, and a member of what nearly is JSON.
_FIELD = re.compile(r"(?P<before>(?:^|[&;?\s])(?P<name>[^=&;?\s]+)=)(?P<value>[^&;\s]+)")
_MEMBER = re.compile(r'(?P<before>"(?P<name>[^"\\]{1,40})"\s*:\s*")(?P<value>(?:[^"\\]|\\.)+)')


def fingerprint(token: str) -> str:
    """Return what stands in place of a token."""
    return f"<token:{sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}>"


def redact_text(text: str, token: str | None) -> str:
    """Return the text without this token and without anything that looks like a secret."""
    if token and token in text:
        text = text.replace(token, fingerprint(token))
    for shape in (_JWT, _LOOKS_SECRET):
        text = shape.sub(lambda match: fingerprint(match[0]), text)
    for shape in (_SAID_SECRET, _BEARER):
        text = shape.sub(lambda match: match["before"] + fingerprint(match["value"]), text)
    return text


def redact_fields(text: str, token: str | None) -> str:
    """Return the same of a query, a form or nearly JSON, without what its fields' names say is secret."""
    for shape in (_FIELD, _MEMBER):
        text = shape.sub(_without_value, text)
    return redact_text(text, token)


def redact_header(name: str, text: str, token: str | None) -> str:
    """Return a header's value; of credentials the scheme stays."""
    if name in _SECRET_HEADERS:
        return _hidden(text)
    if name not in _CREDENTIALS:
        return redact_text(text, token)
    scheme, _, credentials = text.strip().partition(" ")
    return f"{scheme} {_hidden(credentials.strip())}" if credentials else _hidden(scheme)


def redact_json(value: Any, token: str | None, name: str = "") -> Any:  # noqa: ANN401 -- any JSON value
    """Return the JSON value with every string redacted, member names included.

    `name` is where it stands: below the name of a secret there is nothing but secrets.
    """
    if isinstance(value, list):
        return [redact_json(item, token, name) for item in value]
    if isinstance(value, dict):
        below = name if is_secret(name) else ""
        return {
            redact_text(key, token): redact_json(item, token, below or key) for key, item in value.items()
        }
    if is_secret(name) and isinstance(value, str | int | float) and not isinstance(value, bool):
        return _hidden(str(value))
    return redact_text(value, token) if isinstance(value, str) else value


def is_secret(name: str) -> bool:
    """Say whether a name (of a JSON Pointer the last one) is that of a secret."""
    return name.rpartition("/")[2].lower().replace("-", "_") in _SECRET_NAMES


def _without_value(field: re.Match[str]) -> str:
    if not is_secret(unquote_plus(field["name"])):
        return field[0]
    return field["before"] + _hidden(unquote_plus(field["value"]))


def _hidden(text: str) -> str:
    return text if not text or _FINGERPRINT.fullmatch(text) else fingerprint(text)
