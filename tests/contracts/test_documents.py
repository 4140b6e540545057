"""The documents are valid OpenAPI 3.1, whole, and name requirements that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import contracts
from contracts.compiled import compile_document
from contracts.document import NAMES, Document, load_document
from contracts.register import load_register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.routing import Operation

FOLDER = Path(contracts.__file__).parent / "openapi"
MOST_REQUIREMENTS = 3
HEADERS = ("X-Request-ID", "X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security")
FREE = ("400", "413", "414", "415", "431")

every_document = pytest.mark.parametrize("name", NAMES)


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def node_of(document: Document, operation: Operation) -> dict[str, Any]:
    node: dict[str, Any] = document.raw["paths"][operation.template][operation.method.lower()]
    return node


@every_document
def test_it_is_valid_openapi(name: str) -> None:
    raw = load_document(name).raw

    problems = list(OpenAPIV31SpecValidator(raw, base_uri=(FOLDER / f"{name}.yaml").as_uri()).iter_errors())

    assert problems == []
    assert raw["openapi"] == "3.1.0"


@every_document
def test_every_reference_resolves(name: str) -> None:
    references = {str(node["$ref"]) for node in nodes(load_document(name).raw) if "$ref" in node}

    for reference in references:
        file, _, pointer = reference.partition("#")
        target: Any = load_document(name).raw
        if file:
            assert (FOLDER / file).is_file(), reference
            continue
        for step in pointer.removeprefix("/").split("/"):
            assert step in target, reference
            target = target[step]


@every_document
def test_every_schema_compiles_and_every_operation_has_one_id(name: str) -> None:
    document = load_document(name)

    checks = compile_document(document)

    assert len(checks) == len(document.operations) > 0
    assert all(found.responses for found in checks.values())


@every_document
def test_there_is_no_file_without_a_name_and_no_name_without_a_file(name: str) -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(NAMES)
    assert load_document(name) is load_document(name)


def test_an_unknown_contract_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no contract 'redis'; there are: engine, iam"):
        load_document("redis")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"engine", "otlp"}])
def test_every_object_sent_to_a_dependency_is_closed(name: str) -> None:
    document = load_document(name)
    assert document.raw["x-unknown-query"] == "refused"

    bodies = [node_of(document, operation).get("requestBody", {}) for operation in document.operations]

    for body in bodies:
        for schema in nodes(body):
            if "properties" in schema:
                assert schema["additionalProperties"] is False, schema


@every_document
def test_health_says_healthy_or_unhealthy(name: str) -> None:
    document = load_document(name)
    health = [operation for operation in document.operations if operation.operation_id == "getHealth"]
    if name in {"otlp", "control", "redis-control"}:
        assert not health
        return

    assert set(node_of(document, health[0])["responses"]) >= {"200", "503"}


def test_paths_are_below_the_base_of_the_document() -> None:
    bases = {name: load_document(name).base_path for name in NAMES}

    assert bases == dict.fromkeys(NAMES, "") | {
        "engine": "/v1/mmm",
        "iam": "/iam/v1",
        "control": "/__fake__",
        "redis-control": "/__fake__",
    }


def test_a_date_in_an_example_stays_text() -> None:
    value = load_document("engine").raw["paths"]["/decide"]["post"]["requestBody"]["content"][
        "application/json"
    ]

    assert value["examples"]["failedBuild"]["value"]["signal"]["occurred_at"] == "2026-03-02T10:15:00Z"


def test_every_operation_of_the_engine_is_blamed_on_requirements_that_exist_verbatim() -> None:
    text = (FOLDER / "engine.yaml").read_text(encoding="utf-8")
    written = {each for line in re.findall(r"x-requirements: \[(.+)\]", text) for each in line.split(", ")}

    named = [operation.requirements for operation in load_document("engine").operations]

    assert all(0 < len(requirements) <= MOST_REQUIREMENTS for requirements in named)
    assert {each for requirements in named for each in requirements} == written
    assert written <= load_register().keys()


def test_the_engine_has_the_routes_of_the_first_slice() -> None:
    operations = load_document("engine").operations

    assert {operation.name for operation in operations} == {
        "POST /decide",
        "POST /triggers/evaluate",
        "GET /playbooks",
        "POST /playbooks",
        "PUT /playbooks/{playbook_id}",
        "DELETE /playbooks/{playbook_id}",
        "POST /playbooks/{playbook_id}/publish",
        "POST /decisions/{decision_id}/outcomes",
        "GET /actors/{actor_id}/preferences",
        "PUT /actors/{actor_id}/preferences",
        "POST /actors/{actor_id}/preferences/snooze",
        "GET /tenants/{tenant_id}/policy",
        "PUT /tenants/{tenant_id}/policy",
        "POST /actions/{action_id}/approve",
        "GET /actions/{action_id}/approval-status",
        "GET /experiments",
        "POST /experiments",
        "PUT /experiments/{experiment_id}",
        "POST /experiments/{experiment_id}/activate",
        "POST /experiments/{experiment_id}/deactivate",
        "DELETE /actors/{actor_id}",
        "GET /tenants/{tenant_id}/metrics",
        "GET /health",
        "GET /ready",
        "GET /metrics",
    }
    assert [operation.name for operation in operations if operation.optional] == ["DELETE /actors/{actor_id}"]
    public = {operation.name for operation in operations if operation.public}
    assert public == {"GET /health", "GET /ready", "GET /metrics"}


def test_every_answer_of_the_engine_itself_carries_the_four_headers() -> None:
    for checks in compile_document(load_document("engine")).values():
        for status, response in checks.responses.items():
            required = {header.name for header in response.headers if header.required}
            expected = set() if status in FREE else {name.lower() for name in HEADERS}
            assert required == expected, (checks.operation.name, status)


# What these name is there for everybody who may: its defaults, where nothing has been written.
ALWAYS_THERE = {
    "GET /actors/{actor_id}/preferences",
    "PUT /actors/{actor_id}/preferences",
    "POST /actors/{actor_id}/preferences/snooze",
    "PUT /tenants/{tenant_id}/policy",
    "GET /tenants/{tenant_id}/metrics",
}


def test_every_protected_operation_of_the_engine_has_401_403_and_503() -> None:
    document = load_document("engine")

    for operation in document.operations:
        if not operation.public:
            statuses = set(node_of(document, operation)["responses"])
            assert statuses >= {"401", "403", "503", "422"}, operation.name
            names_what_may_be_gone = "{" in operation.template and operation.name not in ALWAYS_THERE
            assert ("404" in statuses) == names_what_may_be_gone, operation.name
