"""Whether an object on the wire has a member twice: a reader takes one of them, another reader the other.

Rule: cheap, since every receipt is asked. What was read has no member twice; so if it is written again with
as many colons, none was lost: one stands behind each name, and those inside of texts are the same in both.
"""

from __future__ import annotations

import re
from typing import Any

from fakes.http.answer import encode_json

_ESCAPE = re.compile(rb"\\(?:(u003[aA])|.)", re.DOTALL)


def has_twins(text: bytes, value: Any) -> bool:  # noqa: ANN401 -- any JSON value
    """Say whether an object in the JSON text, which was read as `value`, has a member twice.

    >>> has_twins(b'{"a": {"b": 1}, "b": 1}', {"a": {"b": 1}, "b": 1})
    False
    >>> has_twins(b'{"a": {"b": 1, "b": 1}}', {"a": {"b": 1}})
    True
    """
    return _colons(text) != encode_json(value).count(b":")


def _colons(text: bytes) -> int:
    plain = text.count(b":")
    if b"\\u003" not in text:
        return plain
    return plain + sum(found[1] is not None for found in _ESCAPE.finditer(text))
