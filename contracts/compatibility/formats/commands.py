"""For a pull request: workflow commands, one line for each change, at the line of the new document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.compatibility.formats.report import shown
from contracts.compatibility.model import Level

if TYPE_CHECKING:
    from contracts.compatibility.formats.report import Report
    from contracts.compatibility.model import Change

NAMES: Final = {Level.BREAKING: "error", Level.RISKY: "warning", Level.SAFE: "notice"}


def commands(report: Report) -> str:
    """Return the comparison as annotations; what is gone is told where it would stand."""
    return "".join(f"{_annotation(change, report)}\n" for change in report.changes)


def _annotation(change: Change, report: Report) -> str:
    line = report.line(change.new)
    properties = {
        **({} if "://" in change.new.document else {"file": change.new.document}),
        **({} if line is None else {"line": str(line)}),
        "title": change.rule.id,
    }
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{NAMES[change.rule.level]} {said}::{_data(_message(change))}"


def _message(change: Change) -> str:
    met = f" ({', '.join(change.operations)})" if change.operations else ""
    values = f"{shown(change.old)} -> {shown(change.new)}"
    return f"{change.rule.what} {change.rule.why} At {change.place.pointer or '/'}: {values}{met}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
