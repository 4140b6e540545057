"""Tokens leave a fake as fingerprints: `<token:FIRST 12 HEX OF SHA256>`.

Rule: pure; what is replaced are the tokens that a request is known by and whatever looks like a JWT.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")
_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})


def fingerprint(token: str) -> str:
    """Return what stands in place of a token."""
    return f"<token:{sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}>"


def redact_text(text: str, token: str | None) -> str:
    """Return the text without this token and without anything JWT-shaped."""
    if token and token in text:
        text = text.replace(token, fingerprint(token))
    return _JWT.sub(lambda match: fingerprint(match[0]), text) if "eyJ" in text else text


def redact_header(name: str, text: str, token: str | None) -> str:
    """Return a header's value; of credentials the scheme stays."""
    if name not in _CREDENTIALS:
        return redact_text(text, token)
    scheme, _, credentials = text.rpartition(" ")
    return f"{scheme} {fingerprint(credentials)}".lstrip()


def redact_json(value: Any, token: str | None) -> Any:  # noqa: ANN401 -- any JSON value
    """Return the JSON value with every string redacted, member names included."""
    if isinstance(value, str):
        return redact_text(value, token)
    if isinstance(value, list):
        return [redact_json(item, token) for item in value]
    if isinstance(value, dict):
        return {redact_text(name, token): redact_json(item, token) for name, item in value.items()}
    return value
