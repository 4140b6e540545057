"""SARIF 2.1.0: one result a finding, with the request and the answer that show it.

An HTTP operation has no file; `logicalLocations` names it, and the physical location that viewers ask for is
the profile of the engine.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from reports.formats.text import to_json
from reports.record import Attribution

if TYPE_CHECKING:
    from reports.record import Exchange, Finding, Message
    from reports.story import Story

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BROKEN = "error"
_ELSEWHERE = "warning"


def sarif(story: Story) -> str:
    """Return the whole log."""
    rules = sorted({finding.rule for finding in story.findings})
    driver = {
        "name": "mmm-harness",
        "version": story.started.toolkit_version or "0",
        "rules": [_rule(story, rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{story.started.target}/{story.started.run_id}"},
        "invocations": [
            {
                "executionSuccessful": story.finished is not None,
                "exitCode": story.exit_code,
                "startTimeUtc": story.started.at,
            }
        ],
        "results": [_result(story, finding, rules.index(finding.rule)) for finding in story.findings],
        "columnKind": "unicodeCodePoints",
    }
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(story: Story, rule: str) -> dict[str, Any]:
    requirements = sorted(
        {each for finding in story.findings if finding.rule == rule for each in finding.requirements}
    )
    texts = [f"{each}: {story.described(each).text}".rstrip(": ") for each in requirements]
    return {
        "id": rule,
        "shortDescription": {"text": rule},
        "fullDescription": {"text": " ".join(texts) or rule},
        "properties": {"tags": requirements},
    }


def _result(story: Story, finding: Finding, rule_index: int) -> dict[str, Any]:
    shown = [story.exchanges[each] for each in finding.exchanges if each in story.exchanges]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _BROKEN if finding.attribution is Attribution.ENGINE else _ELSEWHERE,
        "message": {
            "text": "\n\n".join(part for part in (finding.title, finding.detail, finding.curl) if part)
        },
        "locations": [_location(finding)],
        "partialFingerprints": {"ruleAndOperation/v1": _fingerprint(finding)},
        "occurrenceCount": story.repeats[finding.id] + 1,
        **(_exchange(shown[-1]) if shown else {}),
        "properties": {
            "tags": [*finding.requirements],
            "finding": finding.id,
            "attribution": finding.attribution.value,
        },
    }


def _location(finding: Finding) -> dict[str, Any]:
    profile = {"artifactLocation": {"uri": "config/profile.toml"}, "region": {"startLine": 1}}
    name = finding.operation or finding.rule
    return {
        "physicalLocation": profile,
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request = {
        "method": exchange.method,
        "target": exchange.url,
        "headers": _headers(exchange.request),
        "body": _body(exchange.request),
    }
    if exchange.response is None or exchange.status is None:
        answer: dict[str, Any] = {"noResponseReceived": True}
    else:
        answer = {
            "statusCode": exchange.status,
            "headers": _headers(exchange.response),
            "body": _body(exchange.response),
        }
    return {"webRequest": request, "webResponse": answer}


def _headers(message: Message) -> dict[str, str]:
    # SARIF has one value a name; repeated headers are joined as HTTP allows.
    joined: dict[str, str] = {}
    for name, value in message.headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _body(message: Message) -> dict[str, str]:
    return {"binary" if message.encoding == "base64" else "text": message.body}


def _fingerprint(finding: Finding) -> str:
    return hashlib.sha256("\n".join(finding.key).encode()).hexdigest()
