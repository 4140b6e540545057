"""The control API keeps its own document, and the document is all that there is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.document import load_document
from contracts.validation import check_response
from fakes.catalogue import FAKES
from fakes.control import FakeControl
from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.local import LocalFake
from fakes.shape.stage import Stage
from tests.fakes.control_document import SEED, findings, fuzzing, nodes, operations

CONTROL = load_document("control")


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


OWNERS = sorted({owner for _, node in nodes(CONTROL.raw) for owner in node.get("x-fake", ())})


@pytest.mark.parametrize("name", FAKES)
def test_a_fake_shows_just_the_operations_that_it_has(name: str) -> None:
    stage = Stage(FAKES[name]())
    served = {operation.replace("/__fake__", "") for operation in stage._control.served}

    document = shown(name)

    assert operations(document) == served
    owners = [node["x-fake"] for _, node in nodes(document) if "x-fake" in node]
    assert all(name in owner for owner in owners)
    assert document["components"]["schemas"]["Operation"]["enum"] == [
        *sorted(stage._receiver.operations),
        None,
    ]
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
