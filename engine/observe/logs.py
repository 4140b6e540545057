"""JSON lines on stdout (engine.md 8).

Rule: no payload, no token, no message of an error; actors are hashed.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.observe.trace import REQUEST_ID, SERVICE, trace_id

if TYPE_CHECKING:
    from types import TracebackType

_LOGGER = logging.getLogger("engine")
_OWN_FIELDS = (
    "tenant_id",
    "decision_id",
    "event_type",
    "degraded_mode",
    "actor",
    "status",
    "seconds",
    "result",
)
_CHATTY = ("httpx", "aiohttp", "asyncio", "aiosqlite", "uvicorn.access")


class JsonLines(logging.Formatter):
    """One object a line, with the members of engine.md 8 first."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": SERVICE,
            "tenant_id": None,
            "decision_id": None,
            "trace_id": trace_id(),
            "event_type": record.name,
            "message": record.getMessage(),
            "degraded_mode": None,
            "request_id": REQUEST_ID.get(),
        }
        line |= {name: getattr(record, name) for name in _OWN_FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line)


def set_up_logs() -> None:
    """Send everything that logs to stdout, as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_event(event_type: str, message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log that something happened; `fields` are among those of engine.md 8."""
    _LOGGER.log(level, message, extra={"event_type": event_type, **fields})


def log_crash(message: str, error: BaseException) -> None:
    """Log an exception: its type and place alone, never its text."""
    _LOGGER.error(message, exc_info=error, extra={"event_type": "crash"})


def _where(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-5:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
