"""The contract is narrowed to one tenant and whole bodies, where a caller sends something, no further."""

from __future__ import annotations

import copy
import re

import pytest

from contracts.document import load_document
from harness.fuzzing.narrow import follow, narrowed
from tests.fuzzing import standin

TENANT = "tenant-of-ours"
VALUES = {"tenant_id": TENANT, "decision_id": "one-that-exists", "action_id": "its-action"}
ONLY = {"type": "string", "enum": [TENANT]}


def test_requests_name_this_tenant_and_answers_may_name_any() -> None:
    raw = standin.document().raw

    document = narrowed(raw, VALUES)

    post = document["paths"]["/things"]["post"]
    sent = post["requestBody"]["content"]["application/json"]["schema"]
    answered = follow(document, post["responses"]["200"]["content"]["application/json"]["schema"])
    assert sent["properties"]["tenant_id"] == ONLY
    assert answered["properties"]["tenant_id"] == {"type": "string"}


def test_the_contract_itself_is_left_as_it_is() -> None:
    raw = load_document("engine").raw
    before = copy.deepcopy(raw)

    narrowed(raw, VALUES)

    assert raw == before


def test_every_example_of_the_engine_s_requests_names_this_tenant() -> None:
    document = narrowed(load_document("engine").raw, VALUES)

    examples = document["paths"]["/decide"]["post"]["requestBody"]["content"]["application/json"]["examples"]

    assert examples
    assert {example["value"]["tenant_id"] for example in examples.values()} == {TENANT}


def test_what_is_one_operation_s_own_is_in_no_other() -> None:
    remove, publish = "DELETE /playbooks/{playbook_id}", "POST /playbooks/{playbook_id}/publish"
    own = {remove: {"playbook_id": "to-remove"}, publish: {"playbook_id": "to-publish"}}
    values = VALUES | {"playbook_id": "to-change"}

    paths = narrowed(load_document("engine").raw, values, own)["paths"]

    item = paths["/playbooks/{playbook_id}"]
    sent = (item["put"], item["delete"], paths["/playbooks/{playbook_id}/publish"]["post"])
    examples = [[each.get("example") for each in node["parameters"]] for node in sent]
    assert examples == [["to-change"], ["to-remove"], ["to-publish"]]


def test_an_operation_s_own_parameter_is_not_doubled_by_one_of_its_path() -> None:
    shared = {"name": "a", "in": "query", "schema": {"type": "integer"}}
    its = shared | {"schema": {"type": "string"}}
    raw = {"paths": {"/x": {"parameters": [shared], "get": {"parameters": [its]}, "put": {}}}}

    item = narrowed(raw, VALUES)["paths"]["/x"]

    assert (item["get"]["parameters"], item["put"]["parameters"]) == ([its], [shared])


def test_a_body_that_may_be_refused_for_not_being_whole_is_whole() -> None:
    document = narrowed(load_document("engine").raw, VALUES)

    content = document["paths"]["/playbooks"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert set(content["required"]) == {"name", "triggers", "conditions", "actions", "limits"}


def test_a_time_that_must_be_in_the_future_is_far_in_it() -> None:
    document = narrowed(load_document("engine").raw, VALUES)
    snooze = document["paths"]["/actors/{actor_id}/preferences/snooze"]["post"]

    sent = snooze["requestBody"]["content"]["application/json"]["schema"]["properties"]["until"]

    assert re.fullmatch(sent["pattern"].strip("^$"), "2093-07-28T19:59:59Z")
    assert not re.search(sent["pattern"], "2026-07-28T23:59:59Z")
    assert "format" not in sent


@pytest.mark.parametrize("place", ["query", "path"])
def test_a_tenant_in_query_or_path_is_this_tenant(place: str) -> None:
    parameter = {
        "name": "tenant_id",
        "in": place,
        "required": True,
        "schema": {"type": "string"},
        "example": "other",
    }
    raw = {"paths": {"/x": {"parameters": [parameter], "get": {"operationId": "x", "responses": {}}}}}

    document = narrowed(raw, VALUES)

    kept = {"name": "tenant_id", "in": place, "required": True, "schema": ONLY}
    assert document["paths"]["/x"]["get"]["parameters"] == [kept]


def test_examples_name_what_exists_and_schemas_take_anything_as_before() -> None:
    raw = load_document("engine").raw

    document = narrowed(raw, VALUES)

    post, written = (tree["paths"]["/decisions/{decision_id}/outcomes"]["post"] for tree in (document, raw))
    sent, as_written = (node["requestBody"]["content"]["application/json"] for node in (post, written))
    assert post["parameters"][0]["example"] == "one-that-exists"
    assert post["parameters"][0]["schema"] == written["parameters"][0]["schema"]
    assert {example["value"]["action_id"] for example in sent["examples"].values()} == {"its-action"}
    assert sent["schema"] == as_written["schema"]
