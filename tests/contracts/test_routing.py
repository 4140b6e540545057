"""Every path finds its own operation, whatever ids are in it, and no other."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.document import NAMES, load_document
from contracts.routing import Operation, Router

ROUTES = [(name, operation) for name in NAMES for operation in load_document(name).operations]
LITERALS = {part for _, operation in ROUTES for part in operation.template.split("/")}

anything = st.text(min_size=1).filter(lambda text: text not in LITERALS and text.isprintable())
encodable = anything.filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))


def filled(template: str, ids: list[str]) -> tuple[str, dict[str, str]]:
    """Return a path with these ids in it, percent-encoded, and what stands where."""
    given_ids = iter(ids)
    params, parts = {}, []
    for part in template.split("/"):
        if part.startswith("{"):
            params[part[1:-1]] = value = next(given_ids)
            parts.append(quote(value, safe=""))
        else:
            parts.append(part)
    return "/".join(parts), params


@given(route=st.sampled_from(ROUTES), ids=st.lists(encodable, min_size=3, max_size=3))
def test_a_template_filled_with_any_ids_matches_its_own_operation_and_no_other(
    route: tuple[str, Operation], ids: list[str]
) -> None:
    name, operation = route
    path, params = filled(operation.template, ids)

    match = load_document(name).find(operation.method, path)

    assert match is not None
    assert match.operation == operation
    assert match.path_params == params


@given(route=st.sampled_from(ROUTES), ids=st.lists(encodable, min_size=3, max_size=3))
def test_a_method_is_allowed_exactly_where_it_finds_something(
    route: tuple[str, Operation], ids: list[str]
) -> None:
    name, operation = route
    document = load_document(name)
    path, _ = filled(operation.template, ids)

    allowed = document.allowed_methods(path)

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert (document.find(method, path) is not None) == (method in allowed)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/playbooks/",
        "/playbooks//publish",
        "playbooks",
        "/v1/mmm/playbooks",
        "/playbooks/a/b",
        "/Decide",
    ],
)
def test_no_other_path_is_found(path: str) -> None:
    document = load_document("engine")

    assert document.allowed_methods(path) == ()
    assert document.find("GET", path) is None


def test_allowed_methods_are_sorted_and_all() -> None:
    document = load_document("engine")

    assert document.allowed_methods("/playbooks") == ("GET", "POST")
    assert document.allowed_methods("/playbooks/p1") == ("DELETE", "PUT")


def test_a_literal_wins_over_a_parameter_in_either_order() -> None:
    literal = Operation("bulk", "POST", "/receipts/bulk")
    open_one = Operation("any", "POST", "/receipts/{id}")

    for operations in ([literal, open_one], [open_one, literal]):
        match = Router(operations).find("POST", "/receipts/bulk")

        assert match is not None
        assert match.operation is literal


def test_a_parameter_takes_what_no_literal_of_that_method_takes() -> None:
    match = load_document("eris").find("GET", "/v1/evidence/receipts/bulk")

    assert match is not None
    assert match.operation.operation_id == "getReceipt"


def test_a_slash_within_an_id_is_part_of_it() -> None:
    match = load_document("governance").find("GET", "/v1/data-governance/tenants/a%2Fb%25/config")

    assert match is not None
    assert match.path_params == {"tenant_id": "a/b%"}
