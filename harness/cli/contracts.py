"""`mmm contracts`: compare two descriptions of an API, or our contract with what an engine publishes."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from contracts.compatibility import (
    Change,
    DocumentError,
    Level,
    compare,
    description_of,
    read_description,
)
from contracts.compatibility.drift import drift as compare_published
from contracts.compatibility.formats import FORMATS
from contracts.compatibility.formats.lines import Lines
from contracts.compatibility.formats.report import Report
from contracts.document import load_document
from harness.cli.evidence import WrongUsageError
from harness.published import fetch_published
from reports.formats.text import showable

if TYPE_CHECKING:
    from collections.abc import Callable

_FILE = click.Path(path_type=Path)
CONTRACT = "contracts/openapi/engine.yaml"
P = ParamSpec("P")
R = TypeVar("R")


def _how_to_tell(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the options that say how a comparison is told and when it fails."""
    form = click.option(
        "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True,
        help="For people, for programs, or as annotations of a pull request.",
    )  # fmt: skip
    fail_on = click.option(
        "--fail-on", type=click.Choice([Level.BREAKING.value, Level.RISKY.value]),
        default=Level.BREAKING.value, show_default=True,
        help="Exit code 1 from this class on; risky means breaking, too.",
    )  # fmt: skip
    return form(fail_on(command))


@click.group()
def contracts() -> None:
    """Compare descriptions of an API: what would break clients, what might, what is safe."""


@contracts.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_how_to_tell
@click.pass_context
def diff(context: click.Context, *, old: Path, new: Path, form: str, fail_on: str) -> None:
    """Compare two OpenAPI files (3.0 or 3.1, YAML or JSON), as clients of OLD meet NEW."""
    try:
        changes = compare(read_description(old), read_description(new))
    except DocumentError as error:
        raise WrongUsageError(str(error)) from error
    lines = cache(lambda file: Lines(Path(file).read_text(encoding="utf-8-sig")))
    report = Report(
        old.as_posix(), new.as_posix(), changes, lambda spot: lines(spot.document).at(spot.pointer)
    )
    _tell(report, form)
    context.exit(_code(changes, Level(fail_on)))


@contracts.command()
@click.argument("url")
@_how_to_tell
@click.pass_context
def drift(context: click.Context, *, url: str, form: str, fail_on: str) -> None:
    """Compare our contract with the OpenAPI document that the engine at URL publishes.

    URL is the document itself, or what it stands below: openapi.json, openapi.yaml and the contract's base
    path are tried.
    """
    document = load_document("engine")
    published = fetch_published(url, document.base_path)
    click.echo(f"mmm: found {published.url}", err=True)
    try:
        changes = compare_published(description_of(CONTRACT, document.raw), published.description)
    except DocumentError as error:
        raise WrongUsageError(str(error)) from error
    _tell(Report(CONTRACT, published.url, changes), form)
    context.exit(_code(changes, Level(fail_on)))


def _tell(report: Report, form: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    click.echo("\n".join(showable(line, encoding) for line in FORMATS[form](report).split("\n")), nl=False)


def _code(changes: tuple[Change, ...], worst: Level) -> int:
    return int(any(change.rule.level.rank <= worst.rank for change in changes))
