"""A receipt as ERIS holds it, and what makes it trustworthy: schema, signature and chain, each checked anew.

Rule: nothing here believes the fake: signature and hashes are computed again from the receipt alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.schema import load_schema
from harness.driving.answers import Object

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNATURE = re.compile(r"sig-ed25519:(?P<kid>.+):(?P<signature>[A-Za-z0-9+/]{86}==)")
_NO_RECEIPT_BEFORE = "0" * 64


class Receipt(Object):
    """A receipt, as the engine sent it, and what ERIS added."""

    def __init__(self, receipt: dict[str, Any], meta: Object) -> None:
        super().__init__(receipt, f"receipt {receipt.get('receipt_id')}")
        self.meta = meta

    @property
    def id(self) -> str:
        """Return the receipt's id."""
        return self.string("receipt_id")

    @property
    def inputs(self) -> Object:
        """Return what the receipt is about."""
        return self.object("inputs")

    @property
    def kind(self) -> str:
        """Return decision, outcome, approval, admin or erasure."""
        return self.inputs.string("kind")

    @property
    def decision_id(self) -> str | None:
        """Return which decision it names, if any."""
        return None if "decision_id" not in self.inputs else self.inputs.string("decision_id")

    @property
    def outcome_id(self) -> str | None:
        """Return which outcome it names, if any."""
        return None if "outcome_id" not in self.inputs else self.inputs.string("outcome_id")

    @property
    def status(self) -> str:
        """Return pass, warn, soft_block or hard_block."""
        return self.object("decision").string("status")

    def schema_problems(self) -> list[str]:
        """Return how it breaks the receipt's schema."""
        return [
            f"{violation.pointer}: {violation.message}"
            for violation in load_schema("receipt").check(self.plain)
        ]

    def signature_problem(self, public_key: str) -> str:
        """Return why the signature does not hold under a key (base64 of the raw one), "" where it holds."""
        return signature_problem(self.plain, public_key)


def signature_problem(receipt: dict[str, Any], public_key: str) -> str:
    """Return why a receipt's signature does not hold, "" where it holds."""
    text = receipt.get("signature")
    found = _SIGNATURE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return f"signature is not sig-ed25519:{{kid}}:{{base64}} but {text!r}"
    if found["kid"] != receipt.get("kid"):
        return f"the signature names key {found['kid']}, the receipt {receipt.get('kid')}"
    signed = rfc8785.dumps({name: value for name, value in receipt.items() if name != "signature"})
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(found["signature"]), signed)
    except InvalidSignature:
        return "the signature does not fit the receipt under the engine's public key"
    return ""


def chain_problems(receipts: Sequence[Receipt]) -> list[str]:
    """Return where a chain (in order, from its first receipt) is broken, computed from the receipts alone."""
    problems, before = [], _NO_RECEIPT_BEFORE
    for receipt in receipts:
        digest = hashlib.sha256(rfc8785.dumps(receipt.plain)).hexdigest()
        if receipt.meta["hash"] != digest:
            problems.append(f"{receipt.where}: stored under another hash than its own")
        if receipt.meta["prev_hash"] != before:
            problems.append(f"{receipt.where}: does not follow the receipt before it")
        before = digest
    return problems
