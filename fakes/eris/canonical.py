r"""The one form of a receipt that is signed and hashed: RFC 8785.

Rule: pure; text is counted in bytes. Each member is put into form once, since the signature is over all
of them but one, and the hash over all.

>>> canonical = Canonical.of({"b": 1.0, "signature": "s", "a": "€"})
>>> canonical.whole
b'{"a":"\xe2\x82\xac","b":1,"signature":"s"}'
>>> canonical.signed
b'{"a":"\xe2\x82\xac","b":1}'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import rfc8785

Receipt = Mapping[str, Any]


class NotCanonicalError(ValueError):
    """The receipt has no RFC 8785 form (a number beyond what a double holds)."""


@dataclass(frozen=True)
class Canonical:
    """A receipt in its canonical form: each member as its name and its bytes, in RFC 8785's order."""

    members: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, receipt: Receipt) -> Canonical:
        """Return a receipt's canonical form."""
        names = sorted(receipt, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        try:
            return cls(
                tuple((name, rfc8785.dumps(name) + b":" + rfc8785.dumps(receipt[name])) for name in names)
            )
        except (rfc8785.CanonicalizationError, RecursionError) as error:
            raise NotCanonicalError(f"no RFC 8785 form: {error}") from None

    @cached_property
    def whole(self) -> bytes:
        """Return the bytes that are hashed: signature included."""
        return b"{" + b",".join(text for _, text in self.members) + b"}"

    @property
    def signed(self) -> bytes:
        """Return the bytes that are signed: all but the signature."""
        return b"{" + b",".join(text for name, text in self.members if name != "signature") + b"}"

    @cached_property
    def digest(self) -> str:
        """Return the hash, in hex."""
        return sha256(self.whole).hexdigest()
