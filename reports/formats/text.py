"""What text may hold in a report: engines answer with anything, and readers trust what they see."""

from __future__ import annotations

import json
import re

# What XML 1.0 cannot hold and a terminal would act on: control characters other than tab and newline,
# surrogates, and the directional overrides that reorder a line for the eye.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Return the text with every unprintable character as an escape.

    >>> printable("\x1b[31mred")
    '\\x1b[31mred'
    """
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """Return the text on one line."""
    return " ".join(printable(text).split())


def shortened(text: str, most: int) -> str:
    """Return the text, or its beginning and how much was left out.

    >>> shortened("abcdef", 4)
    'abcd … (2 more characters)'
    """
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more characters)"


def showable(text: str, encoding: str) -> str:
    """Return printable text that an output of this encoding can take.

    >>> showable("naïve", "ascii")
    'na?ve'
    """
    return printable(text).encode(encoding, "replace").decode(encoding)


def to_json(value: object) -> str:
    """Return JSON that people can read too, in the order given."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
