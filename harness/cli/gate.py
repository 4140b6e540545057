"""`mmm gate`: whether an engine may be released, judged from its pack."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.evidence import TRUSTED, say, verified
from harness.gate import answer, load_gate, refusals
from reports.formats.coverage import read_coverage
from reports.formats.traceability import read_traceability
from reports.story import tally

_FILE = click.Path(path_type=Path)
COVERAGE = "coverage.json"


@click.command()
@click.argument("pack", type=_FILE)
@click.option("--gate", "gate_file", type=_FILE, required=True, help="What is asked for (TOML).")
@TRUSTED
@click.pass_context
def gate(context: click.Context, pack: Path, gate_file: Path, public_keys: tuple[Path, ...]) -> None:
    """Say whether the engine of PACK may be released: exit code 0 for yes, 1 for no, with the reasons.

    No pack is let through that is not intact, whose signer is not trusted, or whose verdict is not PASS.
    """
    asked = load_gate(gate_file)
    result = verified(pack, public_keys)
    reasons = [] if result.ok else [f"the pack is not to be trusted: {result.line()}"]
    if result.intact:
        totals = tally(read_traceability(result.members["traceability.json"])[0])
        reasons += [] if totals.word == "PASS" else [totals.line()]
        told = result.members.get(COVERAGE)
        reasons += refusals(asked, None if told is None else read_coverage(told))
    for line in answer(tuple(reasons)):
        say(line)
    if reasons:
        context.exit(1)
