"""The placeholders that a profile's commands, env, prepare and log may have.

Rule: `{{` and `}}` stand for braces; nothing else of Python's format language is accepted.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FAKES = ("iam", "policy", "eris", "llm", "ubi", "governance", "alerting", "otlp")
DEFECT = "defect"
PLACEHOLDERS = ("python", "host", "port", *FAKES, "redis", "database", "signing_key", "workdir")


def placeholders(text: str) -> Iterator[str]:
    """Yield what stands between braces; ValueError where the braces do not pair."""
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")


def render(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of the placeholders."""
    return text.format_map(values)
