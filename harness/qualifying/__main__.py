"""`python -m harness.qualifying QUALIFICATION`: keep it as what packs and docs/power.md tell from now on."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from harness.processes import CHECKOUT
from harness.qualifying.measured import FILE, measured_by
from harness.qualifying.page import page_of
from harness.qualifying.written import QUALIFICATION, read_qualification
from reports.files import write_whole

PAGE = CHECKOUT / "docs" / "power.md"
HEADING = "## Measured\n"


def main(folder: Path) -> str:
    """Keep a whole qualification; return what is to be said."""
    path = folder / QUALIFICATION
    if not path.is_file():
        return (
            f"{folder}: holds no {QUALIFICATION}; give the directory of a qualification that came to its end"
        )
    qualification = read_qualification(path)
    if not qualification.plan.whole:
        return f"{folder}: is of a part of the defects; only a whole qualification says what we are worth"
    if not qualification.power.sound_runs:
        return f"{folder}: no sound run came to its end without a doubt; nothing is known of false alarms"
    measured = measured_by(qualification)
    write_whole(FILE, msgspec.json.format(msgspec.json.encode(measured)) + b"\n")
    write_whole(PAGE, page_with(PAGE.read_text(encoding="utf-8"), page_of(qualification)).encode())
    return ""


def page_with(text: str, tables: str) -> str:
    r"""Return the page with other tables below its last heading.

    >>> page_with("# Power\n\n## Measured\n\nold\n", "new\n")
    '# Power\n\n## Measured\n\nnew\n'
    """
    return f"{text.partition(HEADING)[0]}{HEADING}\n{tables}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) or 0)
