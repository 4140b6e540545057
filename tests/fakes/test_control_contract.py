"""The control API keeps its own document, and the document is all that there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import (
    ChecksConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.config._cache import CacheConfig
from schemathesis.config._generation import GenerationConfig
from schemathesis.config._health_check import HealthCheck
from schemathesis.engine import events, from_schema

from contracts.document import load_document
from contracts.validation import check_response
from fakes.catalogue import FAKES
from fakes.control import FakeControl
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.local import LocalFake
from fakes.shape.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator


CONTROL = load_document("control")
SEED = 20260302
# What no schema can say (an operation that exists, a pattern that compiles, a key of 32 bytes, one of three
# members) is refused with a reason all the same.
NOT_CHECKED = "positive_data_acceptance"


def ask(stage: Stage, method: str, path: str, body: Any = None, kind: str = "application/json") -> Answer:  # noqa: ANN401 -- any JSON value
    content = b"" if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    answer = stage.handle(Request(method, f"/__fake__{path}", query, {"content-type": kind}, content))
    assert isinstance(answer, Answer)
    headers = {**dict(answer.headers), "content-type": answer.content_type or ""}
    if CONTROL.find(method, path):
        assert check_response(CONTROL, method, path, answer.status, headers, answer.body) == []
    return answer


def shown(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ask(Stage(FAKES[name]()), "GET", "/openapi.json").body)
    return document


def operations(document: dict[str, Any]) -> set[str]:
    return {
        f"{method.upper()} {template}"
        for template, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }


def nodes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for template, item in document["paths"].items():
        for method, node in item.items():
            if method != "parameters":
                yield f"{method.upper()} {template}", node


OWNERS = sorted({owner for _, node in nodes(CONTROL.raw) for owner in node.get("x-fake", ())})


@pytest.mark.parametrize("name", FAKES)
def test_a_fake_shows_just_the_operations_that_it_has(name: str) -> None:
    stage = Stage(FAKES[name]())
    served = {operation.replace("/__fake__", "") for operation in stage._control._routes.operations}

    document = shown(name)

    assert operations(document) == served
    owners = [node["x-fake"] for _, node in nodes(document) if "x-fake" in node]
    assert all(name in owner for owner in owners)
    assert document["components"]["schemas"]["Operation"]["enum"] == [*sorted(stage._routes.operations), None]
    assert "reset" in document["components"]["schemas"]["Fault"]["properties"]["kind"]["enum"]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_of_the_document_is_some_fakes_and_says_whose() -> None:
    every = dict(nodes(CONTROL.raw))

    served = {name: operations(shown(name)) for name in FAKES}

    owners = {operation: {name for name in FAKES if operation in served[name]} for operation in every}

    assert owners == {operation: set(node.get("x-fake", FAKES)) for operation, node in every.items()}


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/scripts", {"fault": {"kind": "reset"}, "times": 0}, "/body/times: the value is less than"),
        ("POST", "/scripts", {"fault": {"kind": "reset"}, "often": 3}, "/body/often: Additional properties"),
        ("POST", "/scripts", {"fault": {}}, "/body/fault/kind: "),
        ("POST", "/scripts", None, "/body: the body is missing"),
        ("POST", "/scripts", {"steps": [{"normal": True, "times": 0}]}, "/body/steps/0/times: "),
        ("POST", "/verify", {"exactly": -1}, "/body/exactly: "),
        ("POST", "/reset", {"user": "ann"}, "/body/user: "),
        ("GET", "/journal?user=ann", None, "/query/user: 'user' is not documented"),
        ("GET", "/journal?after=soon", None, "/query/after: "),
        ("GET", "/scripts?operation=x", None, "/query/operation: "),
        ("GET", "/health", {}, "/body: this operation takes no body"),
    ],
)
def test_what_breaks_the_document_is_refused_in_one_readable_line(
    method: str, path: str, body: object, message: str
) -> None:
    stage = Stage(FAKES["policy"]())

    answer = ask(stage, method, path, body)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "BAD_REQUEST")
    assert message in error["message"]
    assert "\n" not in error["message"]


def test_a_body_is_json_whatever_its_type_says() -> None:
    stage = Stage(FAKES["policy"]())

    answer = ask(stage, "POST", "/reset", {"tenant": "a"}, "application/x-www-form-urlencoded")

    assert answer.status == 200
    assert ask(stage, "POST", "/reset", None, "").status == 200


def fuzzing(document: dict[str, Any], url: str, only: set[str]) -> Iterator[object]:
    checks = ChecksConfig()
    checks.update(excluded_check_names=[NOT_CHECKED])
    project = ProjectConfig(
        base_url=f"{url}/__fake__",
        workers=1,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=4, database="none"),
        phases=PhasesConfig(stateful=StatefulPhaseConfig(generation=GenerationConfig(max_examples=4))),
        checks=checks,
    )
    config = SchemathesisConfig(
        seed=SEED,
        suppress_health_check=[HealthCheck.all],
        cache=CacheConfig(enabled=False),
        projects=ProjectsConfig(default=project),
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    return from_schema(schema.include(lambda context: context.operation.label in only)).execute()


def findings(stream: Iterator[object]) -> tuple[set[str], list[str]]:
    """Return what was asked, and what was wrong with the answers, or with the fuzzing itself."""
    asked, wrong = set(), []
    for event in stream:
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(repr(event))
        elif isinstance(event, events.ScenarioFinished):
            asked |= {node.value.operation.label for node in event.recorder.cases.values()}
            checked = [node for nodes in event.recorder.checks.values() for node in nodes]
            wrong += [f"{node.name}: {node.failure_info.failure}" for node in checked if node.failure_info]
    return asked, wrong


@pytest.mark.parametrize("name", ["policy", *OWNERS])
def test_schemathesis_finds_nothing(name: str) -> None:
    """All that every fake has is fuzzed on one of them, and what a fake has besides on that one."""
    document = shown(name)
    every = dict(nodes(document))
    only = {operation for operation, node in every.items() if name == "policy" or "x-fake" in node}

    with LocalFake(name, FakeControl) as fake:
        asked, wrong = findings(fuzzing(document, fake.url, only))
        fake.do(fake.control.reset)

    assert wrong == [], f"seed {SEED}"
    assert asked == only
