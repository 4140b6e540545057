"""No token or secret in any line that the engine wrote: its output, and its audit log.

Rule: a history holds no secret, so what is looked for is what redaction has put in the place of one. Secrets
are tokens (whatever looks like a JWT), private keys, the engine's signing key, and what scenarios sent as a
secret of somebody's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.driving.answers import short
from harness.history.breach import Breach, Check, Looked
from reports.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.history.history import History

_STRUCK = {
    "a token": re.compile(r"<token:[0-9a-f]{12}>"),
    "a private key": re.compile(r"<private key>"),
    "a secret": re.compile(re.escape(REDACTED)),
}


def looks(history: History) -> Looked:
    """Count the lines."""
    return {"log": sum(len(log.lines) for log in history.logs)}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every line that had something secret in it."""
    for log in history.logs:
        for number, line in enumerate(log.lines, 1):
            for what, struck in _STRUCK.items():
                if struck.search(line):
                    yield Breach(f"{what} in a log line", f"{log.name} line {number}: {short(line)}")


CHECK = Check(
    name="logs",
    title="No token, key or secret is in any line that the engine wrote.",
    requirements=("NFR-7", "FR-15"),
    looks=looks,
    breaches=breaches,
)
