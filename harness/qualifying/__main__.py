"""`python -m harness.qualifying QUALIFICATION [ALONE]`: keep it as what packs and the documentation tell.

Of seeded defects the numbers go into every pack and docs/power.md (with those of schemathesis alone beside
them), of general mutants into docs/mutants.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from harness.processes import CHECKOUT, ConfigurationError
from harness.qualifying.alone import read_alone
from harness.qualifying.measured import FILE, measured_by
from harness.qualifying.page import is_of_mutants, page_of, page_of_mutants
from harness.qualifying.written import QUALIFICATION, read_qualification
from reports.files import write_whole

if TYPE_CHECKING:
    from harness.qualifying.written import Qualification

PAGE = CHECKOUT / "docs" / "power.md"
PAGE_OF_MUTANTS = CHECKOUT / "docs" / "mutants.md"
HEADING = "## Measured\n"
_PATH = click.Path(path_type=Path)


def keep(folder: Path, numbers: Path | None = None) -> None:
    """Keep a whole qualification. `numbers`: the file of schemathesis alone, where it was measured."""
    qualification = read_qualification(folder / QUALIFICATION)
    _keepable_or_refuse(qualification, folder)
    alone = read_alone(numbers) if numbers is not None else None
    if is_of_mutants(qualification):
        _rewrite(PAGE_OF_MUTANTS, page_of_mutants(qualification))
        return
    write_whole(FILE, msgspec.json.format(msgspec.json.encode(measured_by(qualification))) + b"\n")
    _rewrite(PAGE, page_of(qualification, alone))


def _keepable_or_refuse(qualification: Qualification, folder: Path) -> None:
    if not qualification.plan.whole:
        raise ConfigurationError(
            f"{folder}: is of a part of the defects; only a whole qualification says what we are worth"
        )
    if not qualification.power.sound_runs:
        raise ConfigurationError(
            f"{folder}: no sound run came to its end without a doubt; nothing is known of false alarms"
        )


def _rewrite(page: Path, tables: str) -> None:
    write_whole(page, page_with(page.read_text(encoding="utf-8"), tables).encode())


def page_with(text: str, tables: str) -> str:
    r"""Return the page with other tables below its last heading.

    >>> page_with("# Power\n\n## Measured\n\nold\n", "new\n")
    '# Power\n\n## Measured\n\nnew\n'
    """
    return f"{text.partition(HEADING)[0]}{HEADING}\n{tables}"


@click.command()
@click.argument("qualification", type=_PATH)
@click.argument("alone", type=_PATH, required=False)
@click.pass_context
def main(context: click.Context, qualification: Path, alone: Path | None) -> None:
    """Keep a whole qualification, and beside it what schemathesis ALONE caught of the same defects."""
    try:
        keep(qualification, alone)
    except ConfigurationError as error:
        click.echo(error.line, err=True)
        context.exit(error.exit_code)


if __name__ == "__main__":
    main()
