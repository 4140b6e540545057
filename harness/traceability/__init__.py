"""Traceability: which scenarios show which requirement, read from their own marks, and written down."""

from harness.traceability.marks import Shown, shown_in
from harness.traceability.written import as_page, as_toml, traced

__all__ = ["Shown", "as_page", "as_toml", "shown_in", "traced"]
