"""What is in a pack besides manifest and envelope: made of the run directory alone, never of here and now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.formats.coverage import coverage_json, coverage_of
from reports.formats.ctrf import ctrf
from reports.formats.har import hars
from reports.formats.html import html
from reports.formats.junit import junit
from reports.formats.latency import load_summary
from reports.formats.sarif import sarif
from reports.formats.text import to_json
from reports.formats.traceability import traceability
from reports.pack.statement import OBSERVED
from reports.redaction import secrets_in
from reports.run.config import config_files
from reports.story import read_story

if TYPE_CHECKING:
    from pathlib import Path

    from reports.story import Story


class PackError(Exception):
    """A pack that cannot be written or read: one line, naming the file and the mend."""


class SecretError(Exception):
    """A pack that must not be built: one line, naming the member that holds a secret."""


def members_of(run_dir: Path) -> tuple[Story, dict[str, bytes]]:
    """Return a run's story and the members made of it; a secret in any of them is an error."""
    story = read_story(run_dir)
    texts = _results(story) | _exchanges(story) | _receipts(story) | _load(story) | _coverage(story)
    members = {name: text.encode() for name, text in texts.items()}
    members |= config_files(run_dir) | _raw_load(run_dir)
    _refuse_secrets(members)
    return story, members


def pages_of(run_dir: Path) -> dict[str, bytes]:
    """Return the two members that CI shows by themselves, by file name."""
    story = read_story(run_dir)
    pages = {"junit.xml": junit(story).encode(), "report.html": html(story).encode()}
    _refuse_secrets(pages)
    return pages


def _results(story: Story) -> dict[str, str]:
    return {
        "results/junit.xml": junit(story),
        "results/ctrf.json": ctrf(story),
        "results/sarif.json": sarif(story),
        "traceability.json": traceability(story),
        "report.html": html(story),
    }


def _exchanges(story: Story) -> dict[str, str]:
    archives = {f"exchanges/{side}.har": text for side, text in hars(story).items()}
    # The subject may rest on it: a run in which the engine was never asked has an empty one.
    return archives if OBSERVED in archives else archives | {OBSERVED: to_json({"log": {"entries": []}})}


def _receipts(story: Story) -> dict[str, str]:
    if story.chain_problems is None:
        return {}
    check = {
        "receipts": len(story.receipts),
        "chain_intact": not story.chain_problems,
        "problems": story.chain_problems,
    }
    return {
        "receipts.jsonl": "".join(f"{line}\n" for line in story.receipts),
        "receipts-check.json": to_json(check),
    }


def _load(story: Story) -> dict[str, str]:
    return {
        f"load/{number:02d}-{load.lane}.json": load_summary(load)
        for number, load in enumerate(story.loads, start=1)
    }


def _coverage(story: Story) -> dict[str, str]:
    coverage = coverage_of(story.events)
    return {} if coverage is None else {"coverage.json": coverage_json(coverage)}


def _raw_load(run_dir: Path) -> dict[str, bytes]:
    return {f"load/{path.name}": path.read_bytes() for path in sorted((run_dir / "load").glob("*.jsonl"))}


def _refuse_secrets(members: dict[str, bytes]) -> None:
    for name, data in members.items():
        if kinds := secrets_in(data.decode("utf-8", "replace")):
            raise SecretError(
                f"{name}: holds {' and '.join(kinds)}; record it through reports.redaction, and run again"
            )
