"""A valid request is made of the contract; what stands in one place of it can be anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from contracts.compiled import compile_document
from contracts.document import load_document
from harness.driving.routes import NOTHING, routes
from harness.probing.people import cast_of, known_roles, wrong_roles, wrong_scopes
from harness.probing.samples import Sample, at_place, query_names, query_numbers, sample, samples
from reports.record import Persona

if TYPE_CHECKING:
    from contracts.routing import Operation

ENGINE = load_document("engine")
OPERATIONS = {operation.name: operation for operation in ENGINE.operations}
UUID = "0b7c1e7a-5d1b-4f0e-9a43-0f4f5a1c2d3e"
VALUES = {
    "tenant_id": "a tenant/1",
    "actor_id": "ann",
    **dict.fromkeys(("playbook_id", "decision_id", "action_id", "experiment_id"), UUID),
}


@pytest.mark.parametrize("operation", ENGINE.operations, ids=lambda operation: operation.name)
def test_every_operation_has_a_valid_request_and_each_example_makes_one(operation: Operation) -> None:
    checks = compile_document(ENGINE)[operation.operation_id]
    made = list(samples(ENGINE, operation, VALUES))

    assert made
    for each in made:
        assert "{" not in each.target
        assert each.path.keys() == {one.name for one in checks.parameters if one.part == "path"}
        validator = checks.body.get("application/json")
        assert (each.body is None) == (validator is None)
        assert validator is None or validator.is_valid(each.body)


def test_what_exists_is_named_wherever_the_contract_names_it() -> None:
    outcome = sample(ENGINE, OPERATIONS["POST /decisions/{decision_id}/outcomes"], VALUES)
    listed = sample(ENGINE, OPERATIONS["GET /experiments"], VALUES)

    assert outcome is not None
    assert listed is not None
    assert outcome.target == f"/decisions/{UUID}/outcomes"
    assert outcome.body["action_id"] == UUID
    assert listed.target == "/experiments?tenant_id=a+tenant%2F1"


def test_whole_numbers_of_a_query_are_known_by_the_contract() -> None:
    playbooks = OPERATIONS["GET /playbooks"]

    assert query_names(ENGINE, playbooks) == ("status", "limit", "offset")
    assert query_numbers(ENGINE, playbooks) == {"limit", "offset"}
    assert query_numbers(ENGINE, OPERATIONS["GET /tenants/{tenant_id}/metrics"]) == set()


def test_a_piece_of_json_stands_in_a_body_as_it_is_written() -> None:
    request = Sample(
        operation=OPERATIONS["POST /playbooks"],
        path={},
        query={},
        body={"a": [{"b": "c"}, 1], "d": {}, "e": True},
    )

    assert list(request.leaves()) == [("a", 0, "b"), ("e",)]
    assert at_place(request.body, ("a", 0, "b")) == "c"
    assert request.with_text_at(("a", 0, "b"), "1e400") == b'{"a": [{"b": 1e400}, 1], "d": {}, "e": true}'
    assert request.with_text_at(("e",), '"\\ud800"') == b'{"a": [{"b": "c"}, 1], "d": {}, "e": "\\ud800"}'
    assert json.loads(request.with_members(f=1).request().body or b"") == {**request.body, "f": 1}


def test_no_wrong_role_or_scope_is_one_that_is_accepted() -> None:
    roles = known_roles(ENGINE)
    assert set(roles) == {"mmm_admin", "tenant_admin", "mmm_approver"}
    for operation in ENGINE.operations:
        wrong = list(wrong_roles(operation.roles, roles))
        lacking = list(wrong_scopes(operation.scopes))
        assert all(set(operation.roles).isdisjoint(held) for held in wrong)
        assert all(not set(operation.scopes) <= set(held) for held in lacking)
        assert bool(wrong) == bool(operation.roles)
        assert bool(lacking) == bool(operation.scopes)


def test_every_name_of_a_cast_is_its_own_and_only_the_stranger_is_elsewhere() -> None:
    casts = [cast_of(ENGINE, each, number, 7) for number, each in enumerate(ENGINE.operations)]
    people = [person for cast in casts for person in cast.everybody()]

    assert len({person.name for person in people}) == len(people)
    for cast in casts:
        tenants = {person.tenant_id for person in cast.everybody() if person is not cast.stranger}
        assert tenants == {cast.admin.tenant_id} != {cast.stranger.tenant_id}


def test_the_contract_says_who_may_as_the_scenarios_know_it() -> None:
    someone = Persona(name="someone", sub="ann", tenant_id="a")
    for route in routes():
        path = route.path_of(someone).partition("?")[0].replace(NOTHING, UUID)
        found = ENGINE.find(route.method, path)
        assert found is not None, route.name
        operation = found.operation
        assert operation.scopes == ((route.scope,) if route.scope else ()), route.name
        assert (operation.roles == ("mmm_admin", "tenant_admin") and not operation.or_self) == route.admin, (
            route.name
        )


def test_whoever_must_show_a_token_needs_more_than_that_or_the_contract_says_whose_it_is() -> None:
    open_to_all = [each.name for each in ENGINE.operations if not (each.public or each.scopes or each.roles)]

    assert open_to_all == ["GET /actions/{action_id}/approval-status"]
