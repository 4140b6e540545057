"""The same engine once more, with the other form of its signing key that the specification has: PEM."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.worlds.signing import SIGNING_KEY

if TYPE_CHECKING:
    from harness.worlds.engine import Blueprint, Engine


def restart_with_pem(engine: Engine) -> str | None:
    """Start an engine again with its key as PEM; return why it never got ready, "" where it did.

    None: its profile does not give it the key as base64 in the variable that the specification names.
    """
    blueprint = with_pem(engine.blueprint)
    if blueprint is None:
        return None
    engine.move(blueprint)
    return engine.why_not_ready()


def with_pem(blueprint: Blueprint) -> Blueprint | None:
    """Return how the engine is started with the same key as PEM, which is as secret; None without one."""
    pem = as_pem(blueprint.command.env.get(SIGNING_KEY, ""))
    if pem is None:
        return None
    _, inner, _ = pem.splitlines()
    return replace(
        blueprint,
        command=replace(blueprint.command, env={**blueprint.command.env, SIGNING_KEY: pem}),
        secrets=(*blueprint.secrets, inner),
        unspeakable=(*blueprint.unspeakable, inner),
    )


def as_pem(raw: str) -> str | None:
    """Return a private key as PEM; None where it is not base64 of the 32 raw bytes."""
    try:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(raw, validate=True))
    except ValueError:
        return None
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
