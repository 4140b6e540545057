"""How a comparison is told: for people, for programs, for a pull request.

Rule: pure functions of changes; a new format is a module here and a line in `FORMATS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.compatibility.formats.commands import commands
from contracts.compatibility.formats.document import document
from contracts.compatibility.formats.page import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.compatibility.formats.report import Report

FORMATS: Final[dict[str, Callable[[Report], str]]] = {
    "text": page,
    "json": document,
    "github": commands,
}
