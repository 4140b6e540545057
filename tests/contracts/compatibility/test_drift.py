"""What an engine publishes is held against the contract, wherever it writes the base of its paths."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contracts.compatibility import Change, DocumentError, description_of
from contracts.compatibility.drift import base_path, drift
from contracts.resources import read_openapi
from tests.contracts.compatibility.documents import BASE, with_

CONTRACT = with_(("servers",), [{"url": "/v1/mmm"}])


def drifted(contract: dict[str, Any], published: dict[str, Any]) -> list[str]:
    found: tuple[Change, ...] = drift(description_of("ours", contract), description_of("theirs", published))
    return [change.rule.id for change in found]


def test_paths_count_with_the_address_before_them() -> None:
    whole = {**BASE, "paths": {f"/v1/mmm{path}": item for path, item in BASE["paths"].items()}}
    elsewhere = with_(("servers",), [{"url": "https://{host}/v2", "variables": {"host": {"default": "h"}}}])

    assert drifted(CONTRACT, whole) == []
    assert drifted(CONTRACT, CONTRACT) == []
    assert drifted(CONTRACT, elsewhere) == ["path-removed", "path-added"]
    assert base_path(description_of("x", elsewhere)) == "/v2"


@pytest.mark.parametrize("url", ["http://[bad", "http://{host}"])
def test_an_address_that_is_none_is_one_line_with_its_place(url: str) -> None:
    server = {"url": url, "variables": {"host": {"default": "[bad"}}}

    with pytest.raises(DocumentError, match=r"^theirs: at /servers/0/url: is no address; "):
        drifted(CONTRACT, with_(("servers",), [server]))


def test_what_an_engine_need_not_have_may_be_missing_and_nothing_else() -> None:
    optional = {"responses": {}, "x-optional": True}
    contract = with_(("paths", "/actors"), {"delete": optional}, CONTRACT)
    contract["paths"]["/things"]["delete"] = optional
    published = copy.deepcopy(CONTRACT)

    assert drifted(contract, published) == []

    del published["paths"]["/things"]["post"]
    assert drifted(contract, published) == ["operation-removed"]


def test_our_engine_contract_keeps_itself() -> None:
    raw = read_openapi("engine")
    bare = {**raw, "paths": {f"/v1/mmm{path}": item for path, item in raw["paths"].items()}}
    del bare["servers"]
    del bare["paths"]["/v1/mmm/actors/{actor_id}"]

    assert drifted(raw, bare) == []
