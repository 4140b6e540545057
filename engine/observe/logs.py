"""JSON lines on stdout (engine.md 8), whatever happens: libraries, warnings and crashes are told there, too.

Rule: no payload, no token, no message of an error; actors are hashed. What a library says in trouble may
quote anything, so only who said it, and where, is told.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

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
    "subject_id",
    "before",
    "after",
)
_HEARD = (_LOGGER.name, "uvicorn.error")


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
            "message": _words(record),
            "degraded_mode": None,
            "request_id": REQUEST_ID.get(),
        }
        if record.name == _LOGGER.name:
            line |= {name: getattr(record, name) for name in _OWN_FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line)


def set_up_logs() -> None:
    """Send everything that logs to stdout, as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _HEARD:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.raiseExceptions = False  # a line that cannot be written is lost, rather than printed as it stands
    warnings.showwarning = _warned
    sys.excepthook = _ended
    threading.excepthook = _ended_thread
    sys.unraisablehook = _unraisable


def log_event(event_type: str, message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log that something happened; `fields` are among those of engine.md 8."""
    _LOGGER.log(level, message, extra={"event_type": event_type, **fields})


def log_crash(message: str, error: BaseException) -> None:
    """Log an exception: its type and place alone, never its text."""
    _LOGGER.error(message, exc_info=error, extra={"event_type": "crash"})


def _words(record: logging.LogRecord) -> str:
    if record.name == _LOGGER.name or record.levelno < logging.WARNING:
        return record.getMessage()
    return f"{record.module}:{record.lineno}"


def _warned(  # noqa: PLR0917 -- the signature is Python's
    message: Warning | str,  # noqa: ARG001 -- it may quote anything
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 -- we have our own place to tell it
    line: str | None = None,  # noqa: ARG001 -- the source's line may be told by its number
) -> None:
    place = f"{filename.rpartition('/')[2]}:{lineno}"
    log_event("warning", f"{category.__name__} at {place}", level=logging.WARNING)


def _ended(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    log_crash("the process ended badly", error)


def _ended_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        log_crash("a thread ended badly", ended.exc_value)


def _unraisable(ended: sys.UnraisableHookArgs) -> None:
    if ended.exc_value is not None:
        log_crash("nobody could be told of a crash", ended.exc_value)


def _where(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-5:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]
