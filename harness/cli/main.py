"""The `mmm` commands. Every error is one line on standard error, with the exit code of its kind.

Exit codes: 0 nothing violated or unknown; 1 violated; 2 wrong usage or configuration; 3 the environment could
not be built; 4 unknown; 130 and 143 ended by SIGINT and SIGTERM (0 where that is how a command is to end).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from harness.processes import HarnessError
from harness.stages.interrupts import Interrupted, interruptible
from reports.formats.text import one_line, showable
from reports.keys import KeyFileError
from reports.run import RunError
from reports.run.config import toolkit_version

if TYPE_CHECKING:
    from collections.abc import Sequence

WRONG_USAGE, UNKNOWN = 2, 4
COMMANDS = ("verify", "replay", "up", "contracts", "evidence", "gate", "keys", "qualify")


class Commands(click.Group):
    """The commands, one a module of that name here; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Return their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Return the command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"harness.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Commands)
@click.version_option(toolkit_version(), prog_name="mmm")
def mmm() -> None:
    """Say, with proof that others can check, which requirements an MMM engine keeps."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        with interruptible():
            # Not mmm.main(): it turns a signal into a word of its own.
            with mmm.make_context("mmm", list(sys.argv[1:] if arguments is None else arguments)) as context:
                mmm.invoke(context)
            return 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return WRONG_USAGE
    except (Interrupted, Exception) as error:  # noqa: BLE001 - a mistake of ours never looks like a verdict
        return _say(*_ending(error))


def _ending(error: BaseException) -> tuple[str, int, Sequence[str]]:
    """Return what is to be said of it, the exit code, and the last words of what died."""
    match error:
        case Interrupted():
            return f"interrupted by {error}: everything was ended, no pack was made", error.exit_code, ()
        case HarnessError():
            return error.line, error.exit_code, error.log
        case KeyFileError() | RunError():
            return str(error), WRONG_USAGE, ()
        case click.ClickException():
            return error.format_message(), error.exit_code, ()
        case _:
            return f"the harness itself crashed: {type(error).__name__} {error}", UNKNOWN, ()


def _say(line: str, code: int, log: Sequence[str]) -> int:
    encoding = sys.stderr.encoding or "utf-8"
    lines = [f"mmm: {one_line(line)}", *(f"  | {one_line(text)}" for text in log)]
    sys.stderr.write("".join(f"{showable(text, encoding)}\n" for text in lines))
    return code
