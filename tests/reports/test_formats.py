"""Each format says what the run says, and is what its specification asks for."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import cyclonedx.schema
import jsonschema_rs
import pytest
from msgspec.structs import replace

from reports.formats.ctrf import ctrf
from reports.formats.har import hars
from reports.formats.junit import junit
from reports.formats.latency import keeps_slo, load_summary
from reports.formats.sarif import sarif
from reports.formats.traceability import read_traceability, traceability
from reports.record import Exchange, ExchangeRecorded, LoadMeasured, Message
from reports.run.config import Config
from reports.run.sbom import sbom
from reports.story import Story, read_story, tell
from tests.reports.sample import HOSTILE, events, register, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {"type": "array", "items": {"type": "string"}}
TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string"}},
}

# The required members, closed where the specification closes them: essentials of the published schemas.
CTRF = {
    "type": "object",
    "required": ["reportFormat", "specVersion", "results"],
    "properties": {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"pattern": r"^\d+\.\d+\.\d+$"},
        "results": {
            "required": ["tool", "summary", "tests"],
            "additionalProperties": False,
            "properties": {
                "tool": {"required": ["name"]},
                "environment": {"type": "object"},
                "summary": {
                    "required": ["tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"],
                    "additionalProperties": {"type": "integer"},
                },
                "tests": {
                    "type": "array",
                    "items": {
                        "required": ["name", "status", "duration"],
                        "additionalProperties": False,
                        "properties": {
                            "name": {"type": "string", "minLength": 1},
                            "status": {"enum": ["passed", "failed", "skipped", "pending", "other"]},
                            "duration": {"type": "integer"},
                            "start": {"type": "integer"},
                            "stop": {"type": "integer"},
                            "suite": NAMES | {"minItems": 1},
                            "message": {"type": "string"},
                            "trace": {"type": "string"},
                            "snippet": {"type": "string"},
                            "rawStatus": {"type": "string"},
                            "tags": NAMES,
                            "extra": {"type": "object"},
                        },
                    },
                },
            },
        },
    },
}

PAIRS = {
    "type": "array",
    "items": {
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    },
}
HAR = {
    "required": ["log"],
    "properties": {
        "log": {
            "required": ["version", "creator", "entries"],
            "properties": {
                "version": {"const": "1.2"},
                "creator": {"required": ["name", "version"]},
                "entries": {
                    "type": "array",
                    "items": {
                        "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
                        "properties": {
                            "startedDateTime": {"type": "string", "format": "date-time"},
                            "time": {"type": "number", "minimum": 0},
                            "timings": {"required": ["send", "wait", "receive"]},
                            "request": {
                                "required": [
                                    "method",
                                    "url",
                                    "httpVersion",
                                    "cookies",
                                    "headers",
                                    "queryString",
                                    "headersSize",
                                    "bodySize",
                                ],
                                "properties": {
                                    "url": {"type": "string", "format": "uri"},
                                    "headers": PAIRS,
                                    "queryString": PAIRS,
                                    "postData": {"required": ["mimeType", "params", "text"]},
                                },
                            },
                            "response": {
                                "required": [
                                    "status",
                                    "statusText",
                                    "httpVersion",
                                    "cookies",
                                    "headers",
                                    "content",
                                    "redirectURL",
                                    "headersSize",
                                    "bodySize",
                                ],
                                "properties": {
                                    "status": {"type": "integer"},
                                    "headers": PAIRS,
                                    "content": {"required": ["size", "mimeType"]},
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}

BODY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"text": {"type": "string"}, "binary": {"type": "string"}},
}
SARIF = {
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "automationDetails": {"required": ["id"]},
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "startTimeUtc": {"format": "date-time"},
                                "exitCode": {"type": "integer"},
                            },
                        }
                    },
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {"shortDescription": TEXT, "fullDescription": TEXT},
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "items": {
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": TEXT,
                                "locations": {"type": "array"},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "occurrenceCount": {"type": "integer", "minimum": 1},
                                "webRequest": {
                                    "additionalProperties": False,
                                    "properties": {
                                        "method": {"type": "string"},
                                        "target": {"type": "string"},
                                        "headers": {"additionalProperties": {"type": "string"}},
                                        "body": BODY,
                                    },
                                },
                                "webResponse": {
                                    "additionalProperties": False,
                                    "properties": {
                                        "statusCode": {"type": "integer"},
                                        "headers": {"additionalProperties": {"type": "string"}},
                                        "body": BODY,
                                        "noResponseReceived": {"type": "boolean"},
                                    },
                                },
                                "properties": {"properties": {"tags": NAMES | {"uniqueItems": True}}},
                            },
                        }
                    },
                },
            },
        },
    },
}


@pytest.fixture
def story(run_dir: Path) -> Story:
    return read_story(run_dir)


def problems(schema: dict[str, Any], text: str) -> list[str]:
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    return [
        f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(json.loads(text))
    ]


def cases(story: Story) -> Iterator[ET.Element]:
    # Our own output, parsed to be looked at.
    return ET.fromstring(junit(story)).iter("testcase")  # noqa: S314


def exchanged(exchange: Exchange) -> Story:
    return tell([events()[0], ExchangeRecorded(at=exchange.at, exchange=exchange)], Config())


def plain(**more: object) -> Exchange:
    made = Exchange(
        id="x", at=events()[0].at, side="engine", method="GET", url="http://e/", request=Message()
    )
    return replace(made, **more)


def entry(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(hars(story)["engine"])["log"]["entries"][0]
    return found


def test_junit_has_one_case_a_scenario_with_its_outcome(story: Story) -> None:
    outcomes = {
        case.get("name", ""): [child.tag for child in case if child.tag != "properties"]
        for case in cases(story)
    }

    assert len(outcomes) == len(story.scenarios)
    assert outcomes["server_error"] == ["failure"]
    assert outcomes["scenarios/resilience/test_llm.py::test_static_mentors"] == ["error"]
    assert outcomes["scenarios/features/test_quiet.py::test_quiet_hours"] == ["skipped"]
    assert outcomes["scenarios/features/test_approval.py::test_dual_channel"] == ["skipped"]
    assert outcomes["scenarios/features/test_playbooks.py::test_only_published_ones_fire"] == []


def test_junit_counts_what_it_holds(story: Story) -> None:
    root = ET.fromstring(junit(story))  # noqa: S314 - our own output

    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8",
        "failures": "3",
        "errors": "1",
        "skipped": "2",
    }
    assert sum(int(suite.get("tests", "")) for suite in root) == 8


def test_junit_says_requirement_finding_and_command(story: Story) -> None:
    (case,) = (case for case in cases(story) if "test_only_admins" in case.get("name", ""))

    requirements = [each.get("value") for each in case.iter("property") if each.get("name") == "requirement"]
    failure = case.find("failure")
    assert requirements == ["ST-MMM-01", "FR-13"]
    assert failure is not None
    assert failure.get("message") == "A viewer created a playbook"
    assert "$TOKEN_VIEWER" in (failure.text or "")


def test_junit_is_xml_whatever_the_engine_answered(story: Story) -> None:
    (case,) = (case for case in cases(story) if case.get("name") == "server_error")

    text = case.findtext("failure") or ""
    assert '<script>alert("owned")</script>' in text
    assert "\\x1b[31mred" in text


def test_ctrf_is_what_its_schema_asks_for(story: Story) -> None:
    assert problems(CTRF, ctrf(story)) == []


def test_ctrf_counts_what_it_holds(story: Story) -> None:
    results = json.loads(ctrf(story))["results"]

    assert [results["summary"][name] for name in ("tests", "passed", "failed", "skipped", "other")] == [
        8,
        2,
        3,
        2,
        1,
    ]
    assert len(results["tests"]) == 8
    assert results["summary"]["stop"] > results["summary"]["start"]


def test_sarif_is_what_its_schema_asks_for(story: Story) -> None:
    assert problems(SARIF, sarif(story)) == []


def test_sarif_has_one_result_a_bug_with_its_rule_and_exchange(story: Story) -> None:
    (run,) = json.loads(sarif(story))["runs"]
    results = {each["properties"]["finding"]: each for each in run["results"]}

    assert list(results) == ["f-roles", "f-fuzz-1", "f-isolation", "f-environment"]
    assert results["f-fuzz-1"]["occurrenceCount"] == 2
    assert results["f-fuzz-1"]["webResponse"]["statusCode"] == 500
    assert results["f-environment"]["level"] == "warning"
    assert (
        results["f-roles"]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "POST /playbooks"
    )
    for each in results.values():
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_har_is_what_its_schema_asks_for(story: Story) -> None:
    archives = hars(story)

    assert list(archives) == ["control-iam", "engine", "iam"]
    assert {side: problems(HAR, text) for side, text in archives.items()} == {side: [] for side in archives}


def test_har_holds_each_exchange_as_it_was_recorded(story: Story) -> None:
    entries = json.loads(hars(story)["engine"])["log"]["entries"]

    listed = next(each for each in entries if each["_id"] == "x-0002")
    assert listed["request"]["queryString"] == [
        {"name": "status", "value": "published"},
        {"name": "limit", "value": "10"},
    ]
    assert listed["_persona"] == "admin"
    assert json.loads(listed["response"]["content"]["text"])[0]["tenant_id"] == "tenant-b"
    hostile = next(each for each in entries if each["_id"] == "x-0003")
    assert hostile["response"]["content"]["text"] == HOSTILE


def test_har_says_when_there_was_no_answer() -> None:
    silent = entry(exchanged(plain(error="connection reset")))

    assert silent["response"]["status"] == 0
    assert silent["response"]["comment"] == "connection reset"


def test_har_keeps_bytes_that_are_no_text() -> None:
    answer = Message((("content-type", "application/x-protobuf"),), "AAEC/w==", "base64")

    content = entry(exchanged(plain(status=200, response=answer)))["response"]["content"]

    assert content == {
        "size": 4,
        "mimeType": "application/x-protobuf",
        "text": "AAEC/w==",
        "encoding": "base64",
    }


def test_traceability_leads_from_each_requirement_to_its_verdict(story: Story) -> None:
    traced = json.loads(traceability(story))
    by_id = {each["id"]: each for each in traced["requirements"]}

    assert list(by_id) == list(register())
    assert by_id["NFR-5"]["text"] == register()["NFR-5"].text
    assert by_id["NFR-5"]["shown"] == ["wire", "dependency"]
    assert by_id["NFR-5"]["verdict"]["status"] == "violated"
    assert by_id["NFR-5"]["scenarios"][0]["outcome"] == "failed"
    assert by_id["NFR-5"]["findings"] == ["f-isolation"]
    assert (
        traced["verdict"]["line"] == "verdict: FAIL verified 4 violated 5 not-exercised 32 waived 1 unknown 1"
    )


def test_a_verdict_on_a_repeated_finding_leads_to_the_one_that_stands_for_it(story: Story) -> None:
    by_id = {each["id"]: each for each in json.loads(traceability(story))["requirements"]}

    assert by_id["NFR-4"]["findings"] == ["f-fuzz-1"]


def test_traceability_tells_each_fault(story: Story) -> None:
    faults = json.loads(traceability(story))["faults"]

    assert [(each["dependency"], each["fault"], len(each["fired_at"])) for each in faults] == [
        ("llm", "reset", 0),
        ("llm", "status 503", 3),
        ("eris", "delay 1.0 s", 2),
        ("eris", "delay 2.5 s", 0),
        ("iam", "never_answer", 1),
        ("engine", "kill -9", 1),
    ]
    assert [each["outcome"] for each in faults][2:] == ["passed", "passed", "failed", "not finished"]
    assert faults[2]["operation"] == "POST /v1/evidence/receipts"


def test_traceability_reads_back(story: Story) -> None:
    read_verdicts, read_findings = read_traceability(traceability(story).encode())

    assert [(each.requirement, each.status, each.reason) for each in read_verdicts] == [
        (each.requirement, each.status, each.reason) for each in verdicts()
    ]
    assert read_findings == story.findings


@pytest.mark.parametrize(("slowest", "keeps"), [(150.0, True), (150.1, False)])
def test_the_objective_is_kept_up_to_its_edge(slowest: float, *, keeps: bool) -> None:
    latencies = (*[1.0] * 18, slowest, 900.0)

    assert keeps_slo(measured(latencies)) is keeps


def test_a_load_without_an_answer_keeps_nothing() -> None:
    assert keeps_slo(measured(())) is None
    assert json.loads(load_summary(measured(())))["percentiles"] == {}


def test_the_load_is_there_in_figures_and_raw() -> None:
    summary = json.loads(load_summary(measured(tuple(float(each) for each in range(100, 0, -1)))))

    assert summary["percentiles"] == {"p50_ms": 50, "p90_ms": 90, "p95_ms": 95, "p99_ms": 99, "p99.9_ms": 100}
    assert summary["latencies_ms"][:2] == [100, 99]
    assert summary["smoke"] is True


def measured(latencies: tuple[float, ...]) -> LoadMeasured:
    return LoadMeasured(
        at=events()[0].at,
        lane="ide",
        target_p95_ms=150.0,
        seconds=20.0,
        offered_per_minute=1000.0,
        latencies_ms=latencies,
        failures=0,
        smoke=True,
    )


def test_the_bill_of_materials_is_what_its_schema_asks_for() -> None:
    folder = Path(cyclonedx.schema.__file__).parent / "_res"
    schemas = {
        f"http://cyclonedx.org/schema/{name}": json.loads((folder / name).read_text("utf-8"))
        for name in (
            "bom-1.6.SNAPSHOT.schema.json",
            "spdx.SNAPSHOT.schema.json",
            "jsf-0.82.SNAPSHOT.schema.json",
        )
    }
    registry = jsonschema_rs.Registry(schemas.items())
    bill = json.loads(sbom())

    validator = jsonschema_rs.validator_for(next(iter(schemas.values())), registry=registry)

    assert [error.message for error in validator.iter_errors(bill)] == []
    named = {each["name"]: each["version"] for each in bill["components"]}
    assert named["rich"] == metadata.version("rich")
