"""The results in Stryker's mutation-testing report format (schemaVersion 2), which its viewers show.

Rule: a defect is one mutant, at the first place that it changes. What was not done in time or is not known is
`Survived`, with its reason: `Timeout` would count as detected there, and `RuntimeError` would be left out, so
that the score were of fewer defects than ours.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from harness.qualifying.record import Place, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.qualifying.record import Result

STATUSES = {
    Status.CAUGHT: "Killed",
    Status.MISBLAMED: "Killed",
    Status.MISSED: "Survived",
    Status.TIMED_OUT: "Survived",
    Status.UNKNOWN: "Survived",
    Status.DEFERRED: "Ignored",
}
LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".ts": "typescript",
    ".go": "go",
    ".java": "java",
    ".rs": "rust",
}
NOWHERE = "(no file)"
HIGH, LOW = 95, 85


def mutation_report(
    results: Sequence[Result], looked: Iterable[str], sources: Mapping[str, str]
) -> dict[str, Any]:
    """Return the report; `sources` are the files that defects change, as they are without any."""
    files: dict[str, dict[str, Any]] = {}
    for result in results:
        place = _place(result)
        source = sources.get(place.file, "")
        language = LANGUAGES.get(PurePosixPath(place.file).suffix, "plain")
        file = files.setdefault(place.file, {"language": language, "source": source, "mutants": []})
        file["mutants"].append(_mutant(result, place, source))
    checks = {*looked, *(found.check for one in results for found in _finders(one))}
    return {
        "schemaVersion": "2",
        "thresholds": {"high": HIGH, "low": LOW},
        "files": dict(sorted(files.items())),
        "testFiles": _test_files(sorted(checks)),
        "framework": {"name": "mmm qualify"},
    }


def _place(result: Result) -> Place:
    changes = result.defect.changes
    return changes[0] if changes else Place(NOWHERE, 1, "", "")


def _mutant(result: Result, place: Place, source: str) -> dict[str, Any]:
    mutant = {
        "id": result.defect.id,
        "mutatorName": result.defect.kind,
        "description": result.defect.story,
        "location": location(place, source),
        "replacement": place.new,
        "status": STATUSES[result.status],
        "duration": round(result.seconds * 1000),
    }
    if result.reason:
        mutant["statusReason"] = f"{result.status.value}: {result.reason}"
    if killers := [found.check for found in _finders(result)]:
        mutant["killedBy"] = killers[:1]
    return mutant


def _finders(result: Result) -> list[Any]:
    return [found for found in (result.by, *result.others) if found is not None]


def location(place: Place, source: str) -> dict[str, dict[str, int]]:
    r"""Return where the text stands that a defect replaces: from its first to behind its last character.

    >>> location(Place("x.py", 2, "b\nc", ""), "a\n  b\nc\n")
    {'start': {'line': 2, 'column': 3}, 'end': {'line': 3, 'column': 2}}
    """
    begin = _offset(source, place.line)
    at = source.find(place.old, begin) if place.old else begin
    column = at - (source.rfind("\n", 0, at) + 1) + 1 if at >= 0 else 1
    *before, last = place.old.split("\n")
    end = {"line": place.line + len(before), "column": len(last) + (1 if before else column)}
    return {"start": {"line": place.line, "column": column}, "end": end}


def _offset(source: str, line: int) -> int:
    """Return where a line begins."""
    return sum(len(text) for text in source.splitlines(keepends=True)[: line - 1])


def _test_files(checks: Iterable[str]) -> dict[str, Any]:
    """Return scenarios by their file, and checks by what they belong to."""
    files: dict[str, list[dict[str, str]]] = {}
    for check in checks:
        file, _, name = check.partition("::") if "::" in check else check.partition(":")
        files.setdefault(file, []).append({"id": check, "name": name.strip() or check})
    return {file: {"tests": tests} for file, tests in files.items()}
