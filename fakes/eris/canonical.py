r"""The one form of a receipt that is signed and hashed: RFC 8785.

Rules: pure; text is counted in bytes. A value comes from JSON, so there is no NaN in it. Almost every receipt
is in RFC 8785's form as soon as its members are sorted; the few that may not be (a number that JavaScript
writes otherwise, a name beyond U+E000, where UTF-16 sorts otherwise than Unicode) are left to the library.

>>> canonical = Canonical({"b": 1.0, "signature": "s", "a": "€"})
>>> canonical.whole
b'{"a":"\xe2\x82\xac","b":1,"signature":"s"}'
>>> canonical.signed
b'{"a":"\xe2\x82\xac","b":1}'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec
import rfc8785

Receipt = Mapping[str, Any]

sorted_json = msgspec.json.Encoder(order="sorted").encode
"""Return a value as JSON with sorted members: what is kept, since a number read from it is the number sent.

In RFC 8785's form 1e20 is an integer, beyond what that RFC takes for one when it is read again.
"""

_MOST = 10**15
_LEAST = 0.001
_BEYOND_E000 = re.compile(rb"[\xee-\xff]")


class NotCanonicalError(ValueError):
    """The value has no RFC 8785 form (a number beyond what a double holds)."""


def canonical_form(value: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    """Return the RFC 8785 form of a JSON value."""
    return _form(value)[0]


def _form(value: Any) -> tuple[bytes, bytes]:  # noqa: ANN401 -- any JSON value
    """Return the form, and the sorted JSON; where these are one, they are so for each part of the value."""
    try:
        text = sorted_json(value)
        enough = (text.isascii() or not _BEYOND_E000.search(text)) and _has_plain_numbers(value)
        return text if enough else rfc8785.dumps(value), text
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonicalError(f"no RFC 8785 form: {error}") from None


def _has_plain_numbers(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
    """Say whether all numbers are surely written alike by everybody; values are fewer than bytes."""
    due = [value]
    while due:
        one = due.pop()
        kind = type(one)
        if kind is dict:
            due.extend(one.values())
        elif kind is list:
            due.extend(one)
        elif kind is int:
            if not -_MOST < one < _MOST:
                return False
        elif kind is float and (one.is_integer() or not _LEAST <= abs(one) < _MOST):
            return False
    return True


@dataclass(frozen=True)
class Canonical:
    """A receipt in its canonical form; NotCanonicalError where it is asked for and there is none."""

    receipt: Receipt

    @property
    def whole(self) -> bytes:
        """Return the bytes that are hashed: signature included."""
        return self._forms[0]

    @property
    def kept(self) -> bytes:
        """Return the bytes that are kept: the receipt as it came, with its members sorted."""
        return self._forms[1]

    @property
    def signed(self) -> bytes:
        """Return the bytes that are signed: all but the signature."""
        rest = {name: value for name, value in self.receipt.items() if name != "signature"}
        return sorted_json(rest) if self.whole is self.kept else canonical_form(rest)

    @cached_property
    def digest(self) -> bytes:
        """Return the hash."""
        return sha256(self.whole).digest()

    @cached_property
    def _forms(self) -> tuple[bytes, bytes]:
        return _form(self.receipt)
