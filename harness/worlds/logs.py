"""Engine logs are kept with the run, without the secrets that an engine may have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def keep_logs(run_dir: Path, label: str, logs: Iterable[Path], secrets: Iterable[str]) -> None:
    """Copy each log into the run, redacted; one that was never written has no copy."""
    folder = run_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    for index, log in enumerate(logs):
        if log.is_file():
            text = redact(log.read_text(encoding="utf-8", errors="replace"), tuple(secrets))
            (folder / f"engine-{label}-{index}.log").write_text(text, encoding="utf-8")
