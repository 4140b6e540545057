"""The run directory: events appended as they happen, so that a killed run is still readable."""

from reports.run.clock import instant, now
from reports.run.log import EventLog
from reports.run.reader import EventTail, RunError, read_events

__all__ = ["EventLog", "EventTail", "RunError", "instant", "now", "read_events"]
