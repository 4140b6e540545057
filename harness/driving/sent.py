"""Secrets that scenarios send, to see whether an engine keeps them to itself.

They are in no record. For the history's sake they lie in the run's work directory, which is its owner's alone
and goes with the run.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "sent-secrets.jsonl"


def note_secrets(work_dir: Path, secrets: Iterable[str]) -> None:
    """Note what was sent: several processes may do so at once, each line whole."""
    lines = "".join(json.dumps(secret) + "\n" for secret in secrets)
    if lines:
        file = os.open(work_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, lines.encode())
        finally:
            os.close(file)


def sent_secrets(work_dir: Path) -> list[str]:
    """Return all that was sent."""
    path = work_dir / FILE
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []
