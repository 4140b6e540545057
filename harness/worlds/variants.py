"""Other ways to start the same engine, of which the specification says what then comes.

Rule: a variant is made of how the engine is started, and starts nothing. What a profile does not give in the
variable that the specification names cannot be varied.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.worlds.signing import SIGNING_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.worlds.engine import Blueprint

# The variable in which the specification has an engine look for where its audit log is.
AUDIT_LOG = "MMM_AUDIT_LOG_FILE"


def with_pem(blueprint: Blueprint) -> Blueprint | None:
    """Return how the engine is started with the same key as PEM, which is as secret; None without one."""
    env = blueprint.command.env
    pem = as_pem(env.get(SIGNING_KEY, ""))
    if pem is None:
        return None
    _, inner, _ = pem.splitlines()
    return replace(
        _told(blueprint, {**env, SIGNING_KEY: pem}),
        secrets=(*blueprint.secrets, inner),
        unspeakable=(*blueprint.unspeakable, inner),
    )


def without_key(blueprint: Blueprint) -> dict[str, Blueprint]:
    """Return how the engine is started without its key, by what became of the variable.

    Empty where it has no key by that variable, or the same one by another way, too.
    """
    rest = {name: text for name, text in blueprint.command.env.items() if name != SIGNING_KEY}
    key = blueprint.command.env.get(SIGNING_KEY)
    if not key or any(key in text for text in (*rest.values(), *blueprint.command.argv)):
        return {}
    return {"not set": _told(blueprint, rest), "empty": _told(blueprint, {**rest, SIGNING_KEY: ""})}


def with_audit_log_nowhere(blueprint: Blueprint) -> Blueprint | None:
    """Return how the engine is started with its audit log in a missing directory; None without one."""
    env = blueprint.command.env
    if not env.get(AUDIT_LOG):
        return None
    return _told(blueprint, {**env, AUDIT_LOG: str(blueprint.workdir / "not-there" / "audit.log")})


def as_pem(raw: str) -> str | None:
    """Return a private key as PEM; None where it is not base64 of the 32 raw bytes."""
    try:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(raw, validate=True))
    except ValueError:
        return None
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _told(blueprint: Blueprint, env: Mapping[str, str]) -> Blueprint:
    return replace(blueprint, command=replace(blueprint.command, env=env))
