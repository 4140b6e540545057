"""One past finding with its steps, as a file: `FINDING.json`, to be kept beside an engine's own code.

Rule: what is in it was redacted when it was recorded: people stand in place of tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from harness.corpus.judge import can_judge
from harness.driving.people import stand_in
from harness.processes import ConfigurationError
from harness.repeating import ENGINE
from reports.record import Attribution, Exchange, ExchangeRecorded, Finding, FindingRecorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reports.record import Event

STAND_IN = "$TOKEN_"


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finding and what was sent when it was seen, the offending exchange last. `format`: of the file."""

    format: Literal[1] = 1
    finding: Finding
    exchanges: tuple[Exchange, ...]


def pasts_of(events: Iterable[Event]) -> Iterator[Past]:
    """Return the findings of a run that can be repeated and judged by their last answer alone.

    What a scenario has found is not among them: the scenario itself is the test that finds it again.
    """
    told = list(events)
    recorded = {event.exchange.id: event.exchange for event in told if isinstance(event, ExchangeRecorded)}
    findings = {event.finding.id: event.finding for event in told if isinstance(event, FindingRecorded)}
    for finding in findings.values():
        steps = tuple(recorded[name] for name in finding.exchanges if name in recorded)
        past = Past(finding=finding, exchanges=steps)
        if finding.attribution is Attribution.ENGINE and not _problem(past):
            yield past


def write_corpus(folder: Path, pasts: Iterable[Past]) -> int:
    """Write a file for each, readable by a person; return how many. Without any there is no folder."""
    count = 0
    for past in pasts:
        folder.mkdir(parents=True, exist_ok=True)
        text = msgspec.json.format(msgspec.json.encode(past), indent=2)
        (folder / f"{past.finding.id}.json").write_bytes(text + b"\n")
        count += 1
    return count


def read_corpus(folder: Path) -> tuple[Past, ...]:
    """Read every file of a corpus, in the order of their names.

    Raise ConfigurationError where there is no such folder, nothing in it, or a file that is no past finding.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"--corpus {folder}: is not a directory")
    files = sorted(folder.glob("*.json"))
    if not files:
        raise ConfigurationError(f"--corpus {folder}: has no past finding (FINDING.json) in it")
    return tuple(map(_read, files))


def _read(file: Path) -> Past:
    try:
        past = msgspec.json.decode(file.read_bytes(), type=Past)
    except OSError as error:
        raise ConfigurationError(f"--corpus {file}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--corpus {file}: is no past finding as a run writes it: {error}") from None
    if problem := _problem(past):
        raise ConfigurationError(f"--corpus {file}: {problem}")
    return past


def _problem(past: Past) -> str:
    """Say why it cannot be repeated or judged; "" where it can."""
    if not past.exchanges or not can_judge(past.finding.rule):
        return "has no steps of a rule that can be judged again"
    if past.exchanges[-1].side != ENGINE:
        return "its last step is not one of the engine; take the file that a run wrote"
    if any(STAND_IN in text for text in _sent(past)):
        return f"has a {STAND_IN}… of nobody whom its steps tell; take the file that a run wrote"
    return ""


def _sent(past: Past) -> Iterator[str]:
    """Yield every text that is sent, without the stand-ins of those who are told."""
    known = {stand_in(step.persona) for step in past.exchanges if step.persona}
    for step in past.exchanges:
        for text in (step.url, step.request.body, *(value for _, value in step.request.headers)):
            for name in sorted(known, key=len, reverse=True):
                text = text.replace(name, "")  # noqa: PLW2901 - each name in turn
            yield text
