"""Engine logs are kept with the run, without the secrets that an engine may have printed.

What an engine has struck out itself must not look like what we have: it did well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.redaction import REDACTED, redact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Each form of what `redact` puts in the place of a secret.
_OUR_MARKS = re.compile(rf"<(token:[0-9a-f]{{12}}|private key|{REDACTED[1:-1]})>")


def keep_logs(run_dir: Path, label: str, logs: Iterable[Path], secrets: Iterable[str]) -> None:
    """Copy each log into the run, redacted; one that was never written has no copy."""
    folder = run_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    for index, log in enumerate(logs):
        if log.is_file():
            text = redact(unmarked(log.read_text(encoding="utf-8", errors="replace")), tuple(secrets))
            (folder / f"engine-{label}-{index}.log").write_text(text, encoding="utf-8")


def unmarked(text: str) -> str:
    """Return what an engine wrote, with marks that read like ours spelt otherwise.

    >>> unmarked('{"authorization": "<redacted>"}')
    '{"authorization": "(redacted)"}'
    """
    return _OUR_MARKS.sub(r"(\1)", text)
