"""What both forms say of a body that is none."""

from __future__ import annotations


class MalformedError(Exception):
    """The bytes are no ExportTraceServiceRequest."""
