"""The contract is cut into shards that are whole, hardly unequal, and the same everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from contracts.coverage import operations_of
from contracts.document import Document, load_document
from harness.fuzzing.__main__ import main
from harness.fuzzing.options import NOTHING_TO_DO
from harness.fuzzing.shards import Shard, all_shards, balanced, bound, read_shard
from reports.record import ExchangeRecorded
from tests.fuzzing import standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.fuzzing import Summary
    from reports.record import Event

    Fuzz = Callable[..., Summary]


def linked(link: dict[str, Any]) -> Document:
    """Return a contract in which one operation may be followed by another, and a third stands alone."""
    answers = {"200": {"description": "done", "links": {"next": {"operationId": "second", **link}}}}
    plain = {"200": {"description": "done"}}
    return Document(
        "three",
        {
            "openapi": "3.1.0",
            "info": {"title": "Three", "version": "1"},
            "paths": {
                "/first": {"get": {"operationId": "first", "responses": answers}},
                "/second": {"get": {"operationId": "second", "responses": plain}},
                "/third": {"get": {"operationId": "third", "responses": plain}},
            },
        },
    )


def groups_of(document: Document) -> set[frozenset[str]]:
    return set(bound(document))


@pytest.mark.parametrize(
    "link",
    [
        {"parameters": {"id": "$response.body#/id"}},
        {"requestBody": {"of": ["$request.path.id"]}},
        {"requestBody": "see {$response.body#/id}"},
    ],
    ids=["parameter", "body", "within_text"],
)
def test_who_hands_a_value_on_stays_with_who_takes_it(link: dict[str, Any]) -> None:
    assert groups_of(linked(link)) == {
        frozenset({"GET /first", "GET /second"}),
        frozenset({"GET /third"}),
    }


@pytest.mark.parametrize("link", [{}, {"parameters": {"status": "draft"}}], ids=["bare", "constant"])
def test_a_link_that_hands_nothing_on_binds_nobody(link: dict[str, Any]) -> None:
    assert groups_of(linked(link)) == {
        frozenset({name}) for name in ("GET /first", "GET /second", "GET /third")
    }


def test_operations_of_one_path_stay_together() -> None:
    document = linked({})
    document.raw["paths"]["/third"]["put"] = {"operationId": "fourth", "responses": {}}

    assert frozenset({"GET /third", "PUT /third"}) in groups_of(document)


@given(
    sizes=st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=5), max_size=9), count=st.integers(1, 4)
)
def test_every_group_is_in_one_shard_whole_and_none_is_far_ahead(sizes: list[list[int]], count: int) -> None:
    cost = {f"{at}.{number}": size for at, group in enumerate(sizes) for number, size in enumerate(group)}
    groups = [frozenset(f"{at}.{number}" for number, _ in enumerate(group)) for at, group in enumerate(sizes)]

    shards = balanced(groups, cost, count)

    assert len(shards) == count
    assert sorted(name for shard in shards for name in shard) == sorted(cost)
    assert all(any(group <= shard for shard in shards) for group in groups)
    loads = [sum(cost[name] for name in shard) for shard in shards]
    assert max(loads) - min(loads) <= max((sum(group) for group in sizes), default=0)
    assert balanced(groups[::-1], cost, count) == shards


def test_the_engine_s_contract_is_in_two_shards_of_which_none_has_more_than_three_fifths() -> None:
    document = load_document("engine")
    cost = {name: len(points) for name, points in operations_of(document).items()}

    first, second = (shard.operations(document) for shard in all_shards())

    assert sorted((*first, *second)) == sorted(operation.name for operation in document.operations)
    assert max(sum(map(cost.__getitem__, each)) for each in (first, second)) < 0.6 * sum(cost.values())


def test_one_shard_alone_has_all_in_the_contract_s_order() -> None:
    document = load_document("engine")

    assert Shard().operations(document) == tuple(operation.name for operation in document.operations)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/2/3", "one/two", "-1/2"])
def test_what_is_no_shard_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no shard: .* like 1/2"):
        read_shard(text)


def test_a_shard_reads_as_it_is_written() -> None:
    assert [str(read_shard(str(shard))) for shard in all_shards()] == ["1/2", "2/2"]


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        (("--shard", "3/2"), 2, "'3/2' is no shard"),
        (("--shard", "1/2", "--operation", "POST /decide"), NOTHING_TO_DO, "nothing to do"),
    ],
)
def test_a_process_that_cannot_begin_says_why(
    told: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    world = tmp_path / "world.json"
    world.touch()

    result = CliRunner().invoke(main, ["--world", str(world), *told])

    assert result.exit_code == code
    assert said in result.output


def test_two_shards_tell_together_what_one_run_tells_and_share_no_name(
    fuzz: Fuzz, tmp_path: Path, events: list[Event]
) -> None:
    document = standin.document()
    told, requests = [], []
    for shard in (Shard(), *all_shards()):
        with standin.running() as server:
            summary = fuzz(server, shard=shard, operations=shard.operations(document))
        told.append([(each.scenario, each.outcome) for each in summary.outcomes])
        cases = tmp_path / f"contracts/cases{shard.tag}.jsonl"
        requests.append([json.loads(line) for line in cases.read_text("utf-8").splitlines()])

    whole, first, second = told
    assert sorted((*first, *second)) == sorted(whole)
    assert all(told)
    assert all(requests)
    exchanges = [event.exchange for event in events if isinstance(event, ExchangeRecorded)]
    assert len({each.id for each in exchanges}) == len(exchanges)
    tenants = {each.persona.tenant_id for each in exchanges if each.persona}
    assert {"contracts-7", "contracts-7-1"} <= tenants
