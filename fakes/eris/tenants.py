"""Whose a receipt is: the tenant that it names, else its repository's, else its token's.

Rule: a token is read, never verified: ERIS asks for no credentials, it only has to tell tenants apart.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec


class _Claims(msgspec.Struct):
    tenant_id: str | None = None


_PARTS_OF_A_JWT = 3
_claims = msgspec.json.Decoder(_Claims).decode


def tenant_of_token(token: str | None) -> str | None:
    """Return the tenant that a token claims; None where there is no token, or no claim in it."""
    parts = (token or "").split(".")
    if len(parts) != _PARTS_OF_A_JWT:
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        return _claims(base64.urlsafe_b64decode(padded)).tenant_id or None
    except (binascii.Error, ValueError, RecursionError):
        return None


class Tenants:
    """Knows the tenant of each repository that it was told of."""

    def __init__(self) -> None:
        self._of_repository: dict[str, str] = {}

    def map(self, repo_id: str, tenant_id: str) -> None:
        """Say whose a repository is."""
        self._of_repository[repo_id] = tenant_id

    def of(self, receipt: Any, token: str | None) -> str | None:  # noqa: ANN401 -- anything may be sent
        """Return the tenant of a receipt; None where nothing says which."""
        if not isinstance(receipt, dict):
            return tenant_of_token(token)
        named = receipt.get("tenant_id")
        if isinstance(named, str) and named:
            return named
        actor = receipt.get("actor")
        repo_id = actor.get("repo_id") if isinstance(actor, dict) else None
        mapped = self._of_repository.get(repo_id) if isinstance(repo_id, str) else None
        return mapped or tenant_of_token(token)
