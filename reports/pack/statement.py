"""What is signed: an in-toto Statement v1 with the predicate test-result v0.1.

`passedTests` and its like name scenarios; the verdict by requirement is an annotation of traceability.json,
in `configuration`. The subject is the artefact that the profile declares, or, where it declares none,
everything that was observed of the engine: the digest of exchanges/engine.har, labelled so.

Rule: what could not be said for sure is never PASSED.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import rfc8785

from reports.record import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.story import Story

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

MANIFEST = "manifest.json"
OBSERVED = "exchanges/engine.har"
_DESCRIBED = ("traceability.json", "config/profile.toml", "config/register.json")


def statement(story: Story, members: Mapping[str, bytes]) -> bytes:
    """Return the statement over a pack's members (manifest included), as canonical JSON."""
    return rfc8785.dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [_subject(story, members)],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "result": _result(story),
                "configuration": _configuration(story, members),
                **_tests(story),
            },
        }
    )


def _subject(story: Story, members: Mapping[str, bytes]) -> dict[str, Any]:
    declared = story.config.subject
    if declared:
        return {
            "name": declared.name,
            "digest": declared.digest,
            "annotations": {"source": "declared by the profile"},
        }
    started = story.started
    return {
        "name": f"{started.target} {started.target_version}".strip(),
        "digest": {"sha256": sha256(members[OBSERVED])},
        "annotations": {"source": f"observed: no artefact was declared, this is the digest of {OBSERVED}"},
    }


def _result(story: Story) -> str:
    if story.totals.word != "PASS" or story.exit_code != 0:
        return "FAILED"
    unsaid = story.started.selection or story.totals.waived or not story.totals.verified
    return "WARNED" if unsaid else "PASSED"


def _configuration(story: Story, members: Mapping[str, bytes]) -> list[dict[str, Any]]:
    resources = [{"name": MANIFEST, "digest": {"sha256": sha256(members[MANIFEST])}}]
    for name in _DESCRIBED:
        if name in members:
            resources.append({"name": name, "digest": {"sha256": sha256(members[name])}})
            if name == "traceability.json":
                resources[-1]["annotations"] = _verdicts(story)
    contracts = sorted(story.config.contracts.items())
    return resources + [{"name": name, "digest": {"sha256": digest}} for name, digest in contracts]


def _verdicts(story: Story) -> dict[str, Any]:
    by_status = {
        status.value: [each.requirement for each in story.verdicts if each.status is status]
        for status in Status
    }
    return {"line": story.totals.line(), **by_status}


def _tests(story: Story) -> dict[str, list[str]]:
    """Sort the scenarios; what was not exercised or blocked did not run, and is in no list."""
    waived = {verdict.requirement for verdict in story.verdicts if verdict.status is Status.WAIVED}
    tests: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for scenario in story.scenarios:
        if scenario.outcome == "passed":
            tests["passedTests"].append(scenario.scenario)
        elif scenario.outcome in {"failed", "unknown"}:
            excused = bool(scenario.requirements) and waived.issuperset(scenario.requirements)
            tests["warnedTests" if excused else "failedTests"].append(scenario.scenario)
    return tests


def sha256(data: bytes) -> str:
    """Return a SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()
