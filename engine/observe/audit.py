"""The audit log: a JSON line for every admin change; opened on first use, so that it never stops a start.

Rule: a line is written by one call to a file opened for appending, so that lines of several processes never
mix; a place that cannot be written, or not at once, fails no request.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.observe.logs import log_event
from engine.observe.trace import REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.receipts.signing import SigningKey
    from engine.values.caller import Caller


class AuditLog:
    """Appends to a file; without one, audit lines go to the log, where whoever it was is hashed."""

    def __init__(self, path: Path | None, key: SigningKey) -> None:
        self._path = path
        self._key = key
        self._torn = False

    def record(
        self,
        caller: Caller,
        what: str,
        subject_id: str,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> None:
        """Write down who changed what; `before` and `after` hold no text that anybody wrote."""
        tenant_id = caller.tenant_id
        told: dict[str, Any] = {
            "tenant_id": tenant_id,
            "subject_id": subject_id,
            "before": before,
            "after": after,
        }
        if self._path is None:
            log_event("audit", what, actor=self._key.pseudonym(tenant_id, caller.sub), **told)
            return
        now = datetime.now(UTC).isoformat()
        entry = {"timestamp": now, "who": caller.sub, "what": what, **told, "request_id": REQUEST_ID.get()}
        self._append(self._path, json.dumps(entry))

    def _append(self, path: Path, line: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = self._wrote(path, f"{line}\n".encode())
        except OSError:
            whole = False
        if not whole:
            log_event("audit_lost", "the audit log cannot be written", level=logging.ERROR)

    def _wrote(self, path: Path, line: bytes) -> bool:
        """Say whether all of a line was written; after one of which only a part was, a new line begins."""
        told = b"\n" + line if self._torn else line
        length = _appended(path, told)
        if length:
            self._torn = not told[:length].endswith(b"\n")
        return length == len(told)


def _appended(path: Path, line: bytes) -> int:
    """Append a line in one piece; return how much of it was written."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o640)
    try:
        return os.write(file, line)
    finally:
        os.close(file)
