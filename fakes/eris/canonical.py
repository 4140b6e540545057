r"""The one form of a receipt that is signed and hashed: RFC 8785.

Rule: pure; text is counted in bytes.

>>> canonical({"b": 1.0, "a": "€"})
b'{"a":"\xe2\x82\xac","b":1}'
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import rfc8785

Receipt = Mapping[str, Any]


class NotCanonicalError(ValueError):
    """The receipt has no RFC 8785 form (a number beyond what a double holds)."""


def canonical(receipt: Receipt) -> bytes:
    """Return the canonical bytes."""
    try:
        return rfc8785.dumps(dict(receipt))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise NotCanonicalError(f"no RFC 8785 form: {error}") from None


def signed_part(receipt: Receipt) -> bytes:
    """Return what the signature is over: the receipt without it."""
    return canonical({name: value for name, value in receipt.items() if name != "signature"})


def digest(receipt: Receipt) -> str:
    """Return the hash of the whole receipt, signature included, in hex."""
    return sha256(canonical(receipt)).hexdigest()
